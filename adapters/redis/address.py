"""Where Redis (or Valkey) is: one server by TCP, TLS or a socket, or whichever Sentinels say.

`redis://user:password@host:6379/0`, `rediss://...` with TLS, `unix:///path`, and
`redis+sentinel://user:password@host1:26379,host2:26379/service/0?sentinel_password=...`, where user
and password are the server's own; `rediss+sentinel://` speaks TLS with both. `valkey` in place of
`redis` is the same. Redis Cluster is none
of these: scripts take keys of several slots together, which a cluster refuses.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    import redis

TIMEOUT_SECONDS = 1.0
SENTINEL_PORT = 26379
_SENTINEL, _SENTINEL_TLS = "redis+sentinel://", "rediss+sentinel://"
_SENTINELS = (_SENTINEL, _SENTINEL_TLS)
_SCHEMES = ("redis://", "rediss://", "unix://", *_SENTINELS)
_OTHER_NAMES = {
    "valkey://": "redis://",
    "valkeys://": "rediss://",
    "valkey+sentinel://": _SENTINEL,
    "valkeys+sentinel://": _SENTINEL_TLS,
}
# A server that is gone without a word is noticed by who only listens to it, too.
KEPT_ALIVE = {
    getattr(socket, name): value
    for name, value in (
        ("TCP_KEEPIDLE", 10),
        ("TCP_KEEPINTVL", 5),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", 15_000),
    )
    if hasattr(socket, name)
}


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Who says where `service` is just now, and how its servers want to be spoken to."""

    hosts: tuple[tuple[str, int], ...]
    service: str
    database: int
    username: str | None
    password: str | None
    sentinel_username: str | None
    sentinel_password: str | None
    is_tls: bool = False
    # A file with the authorities that certificates are checked by; None: the system's.
    authorities: str | None = None

    @property
    def tls_options(self) -> dict[str, Any]:
        """How certificates are checked, of Sentinels and servers; empty without TLS."""
        if not self.is_tls:
            return {}
        return {"ssl_cert_reqs": "required", "ssl_ca_certs": self.authorities}

    @property
    def own_options(self) -> dict[str, Any]:
        """How the Sentinels themselves are connected to."""
        return {
            **({"ssl": True} if self.is_tls else {}),
            **self.tls_options,
            "username": self.sentinel_username,
            "password": self.sentinel_password,
            "socket_timeout": TIMEOUT_SECONDS,
            "socket_connect_timeout": TIMEOUT_SECONDS,
            # Left to itself redis-py asks one that is away three times more, seconds apart.
            "retry": None,
        }


def normal_address(text: str) -> str:
    """`text` by the names that libraries know. ValueError, without a word of it, says why not."""
    for other, name in _OTHER_NAMES.items():
        if text.startswith(other):
            text = name + text.removeprefix(other)
    if text.startswith(("redis+cluster://", "rediss+cluster://")):
        raise ValueError("must not be a cluster: scripts take keys of several slots together")
    if not text.startswith(_SCHEMES):
        raise ValueError(
            "must be none or start with redis://, rediss://, redis+sentinel://, rediss+sentinel://"
            " or unix://"
        )
    if text.startswith(_SENTINELS):
        sentinels_of(text)
    elif not text.startswith("unix://") and not _names_a_host(text):
        raise ValueError("must be like redis://:password@host:6379/0")
    return text


def sentinels_of(url: str) -> Sentinels | None:
    """None where it is the address of a server. Raises ValueError."""
    if not url.startswith(_SENTINELS):
        return None
    parts, form = urlsplit(url), "redis+sentinel://user:password@host1:26379,host2:26379/service"
    service, _, database = parts.path.strip("/").partition("/")
    authority = parts.netloc.rpartition("@")[2]
    try:
        hosts = tuple(_host(one) for one in authority.split(","))
        number = int(database or 0)
    except ValueError:
        raise ValueError(f"must be like {form}") from None
    if not service:
        raise ValueError(f"must name a service: {form}")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return Sentinels(
        hosts=hosts,
        service=unquote(service),
        database=number,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        sentinel_username=options.get("sentinel_username"),
        sentinel_password=options.get("sentinel_password"),
        is_tls=url.startswith(_SENTINEL_TLS),
        authorities=options.get("ssl_ca_certs"),
    )


def connect(url: str, **options: Any) -> redis.Redis:
    """A client with short timeouts and no retries of its own: the fallbacks are ours."""
    import redis  # here, since settings are read by processes that need no client
    from redis.sentinel import Sentinel

    defaults: dict[str, Any] = {
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "retry": None,
    }
    if not url.startswith("unix://"):
        defaults |= {"socket_keepalive": True, "socket_keepalive_options": KEPT_ALIVE}
    if (sentinels := sentinels_of(url)) is None:
        return redis.Redis.from_url(url, **(defaults | options))
    asked: Any = Sentinel(sentinels.hosts, sentinel_kwargs=sentinels.own_options)  # type: ignore[no-untyped-call]
    named: dict[str, Any] = {"username": sentinels.username, "password": sentinels.password}
    named |= {"ssl": sentinels.is_tls, **sentinels.tls_options}
    made: redis.Redis = asked.master_for(
        sentinels.service, db=sentinels.database, **(defaults | named | options)
    )
    return made


def is_amqp(url: str | None) -> bool:
    """Whether it is RabbitMQ's, as a broker may be."""
    return (url or "").startswith(("amqp://", "amqps://"))


def _names_a_host(url: str) -> bool:
    try:
        return urlsplit(url).port != 0 and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _host(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError
    return parts.hostname, parts.port or SENTINEL_PORT
