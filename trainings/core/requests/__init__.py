"""What a request may bring and how often: limits, sizes, proofs of work, browsers and proxies."""
