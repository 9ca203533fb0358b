"""`flask …` commands."""
