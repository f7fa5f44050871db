"""Property tests judge answers, not the speed of the machine they happen to run on."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "answers_only", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("answers_only")
