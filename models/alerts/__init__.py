"""Alerts: what guilds want to be told of, what is known, what is open, and the trail of it."""
