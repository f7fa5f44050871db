"""Stand-ins for those who take our messages; each refuses what the real one refuses."""
