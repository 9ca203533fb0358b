"""Rows of the tables on the page of an event: its sessions, quotas and programme."""
