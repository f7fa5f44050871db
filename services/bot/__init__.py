"""Decisions on their way to a guild's bot, and back."""
