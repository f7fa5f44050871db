"""Requests to addresses that people typed: nothing of our own network is reached through them."""
