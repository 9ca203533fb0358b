"""The door: devices, scans, attendance, closing."""
