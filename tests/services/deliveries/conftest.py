"""The same town as for alerts."""

from tests.services.alerts.conftest import quick_town, town

__all__ = ["quick_town", "town"]
