"""Who passed the door and when: one decision, one way of recording, and what is derived from it."""
