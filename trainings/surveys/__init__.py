"""Questionnaires, runs, answers and their statistics."""
