"""Events: what, when, where, for whom, how many, and by which rules seats are given."""
