"""More about the database than the one commit point (core.db): its schema, locks on words, what is kept by version."""
