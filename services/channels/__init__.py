"""Channels of a guild: what people set up, and what of it may be shown."""
