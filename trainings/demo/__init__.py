"""The sample city けやき市 and the rehearsal."""
