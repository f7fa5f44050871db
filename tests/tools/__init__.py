"""Tests of what `make` runs, with real processes."""
