"""Deliveries: what is sent where, each attempt of it, and who does it."""
