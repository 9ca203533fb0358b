"""What happened at the door and asks for a look afterwards."""
