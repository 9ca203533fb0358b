"""Screens for guests: the live board, and the venue's own code for checking oneself in."""
