"""Logging in through Discord, and what becomes of a login on Discord's bad days."""
