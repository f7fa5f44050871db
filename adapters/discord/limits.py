"""Discord's rate limits, kept together by all workers in Redis, by the clock of Redis.

Discord tells the limits of a route only in its answers, so while nobody knows them one request goes
ahead and the others wait for what it learns. Source: discord.com/developers/docs/topics/rate-limits
(buckets, 50 requests a second in all, 10,000 invalid requests in 10 minutes).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import redis

from adapters.redis.link import RedisLink

# Of 50 and of 10,000: the bot itself asks Discord, too.
PER_SECOND = 40
INVALID_MOST = 5_000
INVALID_WINDOW_MS = 600_000
INVALID_STATUSES = (401, 403, 429)
# A request of which nobody hears any more, its worker killed, counts as under way for so long.
LOST_MS = 10_000
WAIT_AGAIN_MS = 25
# Discord says to the millisecond when a window ends, and not always the same one.
SAME_WINDOW_MS = 50
UNLIMITED = 1_000_000
UNLIMITED_MS = 60_000
RETRY_AFTER_SECONDS = 5.0
# No use in asking again with a token that Discord refuses, but it may have been an accident.
REFUSED_MS = 300_000
INVALID = "discord:invalid"

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
# KEYS: second, route, under way, blocked, blocked route, invalid.
# ARGV: permit, most per second, most invalid, lost after ms, wait ms.
# Gives 0 to go ahead, else how many ms to wait before asking again.
#
# A request reaches Discord some time between its sending and its answer. So it counts from the one
# until a second after the other: no second at Discord sees more, however slow the way there is.
_TAKE = (
    _NOW
    + """
local blocked = math.max(redis.call('PTTL', KEYS[4]), redis.call('PTTL', KEYS[5]))
if blocked > 0 then return blocked end
if tonumber(redis.call('GET', KEYS[6]) or '0') >= tonumber(ARGV[3]) then
  return math.max(redis.call('PTTL', KEYS[6]), 1)
end
local reset_at = tonumber(redis.call('HGET', KEYS[2], 'reset_at') or '0')
local remaining = tonumber(redis.call('HGET', KEYS[2], 'remaining') or '0')
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
if now < reset_at then
  if remaining <= 0 then return reset_at - now end
elseif redis.call('ZCARD', KEYS[3]) > 0 then
  return tonumber(ARGV[5])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  local wait = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] - now
  if wait <= 1000 then return math.max(wait, 1) end
  return tonumber(ARGV[5])
end
local lost_at = now + tonumber(ARGV[4])
redis.call('ZADD', KEYS[1], lost_at + 1000, ARGV[1])
redis.call('ZADD', KEYS[3], lost_at, ARGV[1])
if now < reset_at then redis.call('HINCRBY', KEYS[2], 'remaining', -1) end
return 0
"""
)
_ANSWERED = """
redis.call('ZADD', KEYS[1], 'XX', now + 1000, ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
"""
# KEYS: second, under way, route. ARGV: permit, remaining, end of the window by Discord's clock, ms
# until then, same window ms. Answers overtake each other: of one window the lowest number counts,
# and those of an earlier one say nothing. Who is under way as a window begins may not be counted in
# it yet.
_LEARN = (
    _NOW
    + _ANSWERED
    + """
local remaining, window, left = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local known = tonumber(redis.call('HGET', KEYS[3], 'window') or '-inf')
if window < known - tonumber(ARGV[5]) then return 0 end
local reset_at = now + left + 1
if window <= known + tonumber(ARGV[5]) then
  remaining = math.min(remaining, tonumber(redis.call('HGET', KEYS[3], 'remaining')))
  reset_at = math.min(reset_at, tonumber(redis.call('HGET', KEYS[3], 'reset_at')))
else
  remaining = remaining - redis.call('ZCARD', KEYS[2])
end
redis.call('HSET', KEYS[3], 'remaining', remaining, 'reset_at', reset_at, 'window', window)
redis.call('PEXPIRE', KEYS[3], 3600000)
return 1
"""
)
# KEYS: what is blocked. ARGV: for how many ms. The longer time counts.
_BLOCK = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
end
return 1
"""


class LimitsAwayError(Exception):
    """Redis is away: without it nobody may ask, since all ask under the same limits."""


class Limits(Protocol):
    """When a request may go; `permit` names the request."""

    def take(self, route: str, permit: str) -> int:
        """0 when it may go now, and counts; else ms to wait before asking again."""

    def learn(self, route: str, permit: str, status: int, headers: Mapping[str, str]) -> None:
        """Take in what its answer says about the limits."""

    def answered(self, route: str, permit: str) -> None:
        """It is over, and taught nothing of a window."""


@dataclass(frozen=True, slots=True)
class DiscordLimits:
    """The limits of one account, such as that of the bot."""

    link: RedisLink
    account: str

    def take(self, route: str, permit: str) -> int:
        """See Limits. Raises LimitsAwayError."""
        second, ways, blocked = self._key("second"), self._key(route), self._key("blocked")
        keys = [second, ways, f"{ways}:way", blocked, f"{ways}:blocked", INVALID]
        arguments = [permit, *map(str, (PER_SECOND, INVALID_MOST, LOST_MS, WAIT_AGAIN_MS))]
        wait = self.link.ask(lambda client: client.eval(_TAKE, len(keys), *keys, *arguments))
        if not isinstance(wait, int):
            raise LimitsAwayError
        return wait

    def learn(self, route: str, permit: str, status: int, headers: Mapping[str, str]) -> None:
        count_invalid(self.link, status, headers)
        if status == 429:
            self._block(route, headers)
        elif status == 401:
            self._run(_BLOCK, ["blocked"], REFUSED_MS)
        elif (window := window_of(status, headers)) is not None:
            names = ["second", f"{route}:way", route]
            self._run(_LEARN, names, permit, *window, SAME_WINDOW_MS)
            return
        self.answered(route, permit)

    def answered(self, route: str, permit: str) -> None:
        self._run(_NOW + _ANSWERED, ["second", f"{route}:way"], permit)

    def _block(self, route: str, headers: Mapping[str, str]) -> None:
        """Of the route only where Discord says so: what stands in front of it names no scope."""
        of_route = headers.get("X-RateLimit-Scope") in ("user", "shared")
        self._run(_BLOCK, [f"{route}:blocked" if of_route else "blocked"], retry_after_ms(headers))

    def _run(self, script: str, names: list[str], *arguments: object) -> None:
        given = [*(self._key(name) for name in names), *map(str, arguments)]
        self.link.ask(lambda client: client.eval(script, len(names), *given))

    def _key(self, name: str) -> str:
        return f"discord:{self.account}:{name}"


def account_of(bot_token: str | None) -> str:
    """A name for the account of a bot that does not give its token away."""
    return sha256((bot_token or "").encode()).hexdigest()[:12]


def count_invalid(link: RedisLink, status: int, headers: Mapping[str, str]) -> None:
    """Count an answer that Discord holds against our address, whoever of us asked."""
    if status in INVALID_STATUSES and headers.get("X-RateLimit-Scope") != "shared":
        link.ask(_count_invalid)


def _count_invalid(client: redis.Redis) -> None:
    with client.pipeline() as both:
        both.set(INVALID, 0, nx=True, px=INVALID_WINDOW_MS)
        both.incr(INVALID)
        both.execute()


def retry_after_ms(headers: Mapping[str, str]) -> int:
    return max(math.ceil(_number(headers, "Retry-After", RETRY_AFTER_SECONDS) * 1000), 1)


def window_of(status: int, headers: Mapping[str, str]) -> tuple[int, int, int] | None:
    """Requests left, when the window ends by Discord's clock, and in how many ms that is."""
    if "X-RateLimit-Remaining" in headers:
        left_ms = math.ceil(_number(headers, "X-RateLimit-Reset-After", 1.0) * 1000)
        window_ms = round(_number(headers, "X-RateLimit-Reset", 0.0) * 1000)
        return int(_number(headers, "X-RateLimit-Remaining", 0.0)), window_ms, left_ms
    # A route without limits of its own; a broken answer says nothing about that.
    return (UNLIMITED, 0, UNLIMITED_MS) if status in (200, 404) else None


def _number(headers: Mapping[str, str], name: str, otherwise: float) -> float:
    """A header that makes no sense is as good as none."""
    try:
        number = float(headers.get(name, otherwise))
    except ValueError:
        return otherwise
    return number if 0 <= number < math.inf else otherwise
