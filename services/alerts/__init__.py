"""Alerts: evaluating what is known, and what people do about it."""
