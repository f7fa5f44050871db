"""What other sites can make a real browser send, and what becomes of it."""
