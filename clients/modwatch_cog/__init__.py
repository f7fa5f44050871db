"""A discord.py cog that reports what AutoMod and moderators do to Modwatch."""

from modwatch_cog.cog import ModwatchCog
from modwatch_cog.extension import setup
from modwatch_cog.rate_limit_watch import RateLimitWatch
from modwatch_cog.readings import Readings
from modwatch_cog.settings import CogSettings

__all__ = ["CogSettings", "ModwatchCog", "RateLimitWatch", "Readings", "setup"]
