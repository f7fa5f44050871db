"""Backups of the database: how each kind is made, checked and put back."""
