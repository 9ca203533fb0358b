"""Devices at the door: the scans API that they speak, and what they are told."""
