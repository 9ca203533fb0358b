"""Putting right what an application says: the forms and the change itself."""
