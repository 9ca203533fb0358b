"""Paper at the door: badges, the printed roster and what is keyed in from it, workbooks."""
