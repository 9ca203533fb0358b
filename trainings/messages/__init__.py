"""The outbox: mails are rows of the transaction that causes them; the worker delivers after its commit."""
