"""Backups: taken while serving, sealed for a key that the server does not hold, and put back into an empty place."""
