"""Applications that came on paper or by telephone, entered by staff."""
