"""Backups: made when due, rehearsed, put back."""
