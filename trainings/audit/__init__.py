"""The audit trail: who did what to which row, in ids and codes only."""
