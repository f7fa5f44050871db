"""A stand-in Discord: a real HTTP server that answers, refuses and limits as Discord does.

`python -m tests.discord --port N` runs it alone; the fixture `discord` gives a test its own.
Shapes are those of openapi-subset.json, Discord's own description (MIT, see LICENSE here).
"""
