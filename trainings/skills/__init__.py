"""The skills framework, targets, the ledger of evidence, the matrix."""
