"""Incidents: kept true to the violations, shown, looked after."""
