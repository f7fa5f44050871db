"""Discord's rate limits, kept together by all workers in Redis.

Discord tells the limits of a route only in its answers, so of a route nobody knows one request goes
ahead and the others wait for what it learns. Source: discord.com/developers/docs/topics/rate-limits
(buckets, 50 requests a second in all, 10,000 invalid requests in 10 minutes).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import redis

from adapters.redis_link import RedisLink

# Of 50 and of 10,000: the bot itself asks Discord, too.
PER_SECOND = 40
INVALID_MOST = 5_000
INVALID_WINDOW_MS = 600_000
PROBE_MS = 5_000
WAIT_AGAIN_MS = 25
INVALID_STATUSES = (401, 403, 429)

# KEYS: route, global, invalid. ARGV: now_ms, per second, invalid most, probe_ms, wait_ms.
# Gives 0 to go ahead, else how many ms to wait before asking again.
_ACQUIRE = """
local now = tonumber(ARGV[1])
local function get(key, field) return tonumber(redis.call('HGET', key, field) or '0') end
if get(KEYS[2], 'blocked_until') > now then return get(KEYS[2], 'blocked_until') - now end
if tonumber(redis.call('GET', KEYS[3]) or '0') >= tonumber(ARGV[3]) then return 1000 end
local reset_at, remaining = get(KEYS[1], 'reset_at'), get(KEYS[1], 'remaining')
local known = now < reset_at
if known and remaining <= 0 then return reset_at - now end
if not known and get(KEYS[1], 'probe_until') > now then return tonumber(ARGV[5]) end
local second = math.floor(now / 1000)
local count = 0
if get(KEYS[2], 'second') == second then count = get(KEYS[2], 'count') end
if count >= tonumber(ARGV[2]) then return (second + 1) * 1000 - now end
redis.call('HSET', KEYS[2], 'second', second, 'count', count + 1)
if known then redis.call('HSET', KEYS[1], 'remaining', remaining - 1)
else redis.call('HSET', KEYS[1], 'probe_until', now + tonumber(ARGV[4])) end
return 0
"""
# KEYS: route. ARGV: remaining, reset_at_ms. Others are under way: the lower number counts.
_LEARN = """
local known = tonumber(redis.call('HGET', KEYS[1], 'reset_at') or '0')
local remaining = tonumber(ARGV[1])
if math.abs(known - tonumber(ARGV[2])) < 1000 then
  remaining = math.min(remaining, tonumber(redis.call('HGET', KEYS[1], 'remaining') or '0'))
end
redis.call('HSET', KEYS[1], 'remaining', remaining, 'reset_at', ARGV[2], 'probe_until', 0)
redis.call('PEXPIRE', KEYS[1], 3600000)
return 1
"""


class LimitsAwayError(Exception):
    """Redis is away: without it nobody may ask, since all ask under the same limits."""


@dataclass(frozen=True, slots=True)
class DiscordLimits:
    link: RedisLink
    clock: Callable[[], int]

    def wait_ms(self, route: str) -> int:
        """0 when a request may go now, and counts; else how long to wait before asking again."""
        keys = [_key(route), "discord:global", "discord:invalid"]
        arguments = [self.clock(), PER_SECOND, INVALID_MOST, PROBE_MS, WAIT_AGAIN_MS]
        wait = self.link.ask(lambda client: client.eval(_ACQUIRE, 3, *keys, *arguments))
        if not isinstance(wait, int):
            raise LimitsAwayError
        return wait

    def learn(self, route: str, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer says about the limits."""
        if status in INVALID_STATUSES and headers.get("X-RateLimit-Scope") != "shared":
            self.link.ask(_count_invalid)
        if status == 429:
            self._block(route, headers)
        elif "X-RateLimit-Remaining" in headers:
            remaining = int(headers["X-RateLimit-Remaining"])
            self._remember(route, remaining, float(headers["X-RateLimit-Reset-After"]))
        else:
            self._remember(route, PER_SECOND, 1.0)  # a route without limits of its own

    def unanswered(self, route: str) -> None:
        """The request got no answer: let another one find out about the route."""
        self.link.ask(lambda client: client.hset(_key(route), "probe_until", 0))

    def _block(self, route: str, headers: Mapping[str, str]) -> None:
        seconds = float(headers.get("Retry-After", "5"))
        if headers.get("X-RateLimit-Global"):
            until_ms = self.clock() + int(seconds * 1000)
            self.link.ask(lambda client: client.hset("discord:global", "blocked_until", until_ms))
        self._remember(route, 0, seconds)

    def _remember(self, route: str, remaining: int, reset_after_seconds: float) -> None:
        reset_at_ms = self.clock() + int(reset_after_seconds * 1000) + 1
        self.link.ask(lambda client: client.eval(_LEARN, 1, _key(route), remaining, reset_at_ms))


def _key(route: str) -> str:
    return f"discord:route:{route}"


def _count_invalid(client: redis.Redis) -> None:
    if client.incr("discord:invalid") == 1:
        client.pexpire("discord:invalid", INVALID_WINDOW_MS)
