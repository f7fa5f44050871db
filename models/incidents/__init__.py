"""Incidents as stored: their members, notes, and what the walk reads."""
