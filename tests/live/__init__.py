"""The relay of live events, and its protocol as others speak it."""
