"""Exports: a view of a guild as a file."""
