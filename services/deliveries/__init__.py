"""Deliveries: deciding, claiming, sending, and what follows from the answers."""
