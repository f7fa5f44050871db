"""The ways out: one file a channel, which knows its provider and no other channel."""
