"""Alerts and deliveries, from events to what arrives at the providers."""
