"""The HTTP contract, on both databases and a real Valkey."""
