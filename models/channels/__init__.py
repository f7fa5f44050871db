"""Ways out of the house, by guild."""
