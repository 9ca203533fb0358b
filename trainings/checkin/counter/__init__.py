"""What else a desk settles with a guest: walk-ins, deputies, fees, corrections."""
