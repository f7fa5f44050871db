"""Deliveries through channels that have a life of their own: edits, threads, addresses."""
