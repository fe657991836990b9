"""Trading servers in the back office."""
