"""The organisers' desk: today, the event board, closing and copying an event."""
