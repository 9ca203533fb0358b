"""Seats: freeze and draw with their record, waiting list, offers, placing by hand."""
