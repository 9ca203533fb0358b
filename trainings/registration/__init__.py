"""Applications: one person's request for one seat at one event, its states, and its secrets."""
