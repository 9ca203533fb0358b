"""Job names mapped to functions, and the loop that runs them."""
