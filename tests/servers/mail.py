"""A real SMTP server (aiosmtpd) that fails at whichever step a test says."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Event, Thread
from typing import AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CUT = "cut"  # the connection ends without a word
SILENCE = "silence"  # the connection stays, and nothing is said
DROPS = "drops"  # a line that never ends, a letter at a time
KEPT_THEN_CUT = "kept then cut"  # at END: the server has the message, the client never hears it
USER, PASSWORD = "modwatch", "Correct-Horse/Battery+77"


@dataclass(frozen=True)
class Letter:
    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.content, policy=default)
        assert isinstance(message, EmailMessage)
        return message


@dataclass
class Post:
    """`letters` is what the server took; `faults` what it says instead, by step, once each.

    Steps: CONNECT, EHLO, STARTTLS, TLS (the handshake after it), AUTH, MAIL, RCPT, DATA (before the
    text), TEXT (within it), END (after it), QUIT. TLS and TEXT know nothing but CUT. A recipient in
    `refused` is always answered with 550.
    """

    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    faults: dict[str, deque[str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    def fail(self, step: str, *answers: str) -> None:
        self.faults.setdefault(step, deque()).extend(answers)

    def take(self, step: str) -> str | None:
        self.commands.append(step)
        waiting = self.faults.get(step)
        return waiting.popleft() if waiting else None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        fault = self.take("END")
        content = envelope.content
        assert isinstance(content, bytes)
        assert envelope.mail_from is not None
        if fault in (None, KEPT_THEN_CUT):
            self.letters.append(Letter(envelope.mail_from, envelope.rcpt_tos, content))
        return fault or "250 2.0.0 Ok: queued as 4Bx7"


class _Server(SMTP):
    post: Post
    has_greeted = False

    async def push(self, status: AnyStr) -> None:
        """Every answer of the server goes through here, its greeting first."""
        if not self.has_greeted:
            self.has_greeted = True
            if await self._fails("CONNECT"):
                return
        if status in (CUT, KEPT_THEN_CUT):
            assert self.transport is not None
            self.transport.close()
        elif status == SILENCE:
            await asyncio.get_running_loop().run_in_executor(None, self.post.ended.wait)
        elif status == DROPS:
            while not self.post.ended.is_set():
                await self._drip()
        else:
            await super().push(status)

    async def _drip(self) -> None:
        """Sooner than whoever waits for a letter would give up."""
        assert isinstance(self.transport, asyncio.WriteTransport)
        self.transport.write(b"2")
        await asyncio.sleep(0.02)

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._fails("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if await self._fails("STARTTLS"):
            pass
        elif self.post.take("TLS") == CUT:
            await self.push("220 Ready to start TLS")
            await self._reader.read(1)
            await self.push(CUT)
        else:
            await super().smtp_STARTTLS(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        if not await self._fails("QUIT"):
            await super().smtp_QUIT(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._fails("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._fails("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if arg is not None and arg.partition("<")[2].rstrip(">") in self.post.refused:
            await self.push("550 5.1.1 User unknown")
        elif not await self._fails("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if await self._fails("DATA"):
            pass
        elif self.post.take("TEXT") == CUT:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._reader.read(1)
            await self.push(CUT)
        else:
            await super().smtp_DATA(arg)

    async def _fails(self, step: str) -> bool:
        fault = self.post.take(step)
        if fault is not None:
            await self.push(fault)
        return fault is not None


@contextmanager
def mail_server(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: bool = False,
    most_bytes: int | None = None,
) -> Iterator[Post]:
    """A server on a free port of loopback, in a thread of its own; `most_bytes` of a mail."""
    post, loop = Post(), asyncio.new_event_loop()

    def server() -> SMTP:
        made = _Server(
            post,
            hostname="mail.example.org",
            tls_context=starttls,
            authenticator=_known if login else None,
            auth_required=login and starttls is not None,  # else it warns each time
            auth_require_tls=starttls is not None,
            loop=loop,
            data_size_limit=most_bytes or 2**25,
        )
        made.post = post
        return made

    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    # All in that thread: a browser that Playwright drives keeps a loop of its own in this one.
    listens = loop.create_server(server, "127.0.0.1", 0, ssl=tls)
    listening = asyncio.run_coroutine_threadsafe(listens, loop).result()
    post.port = int(listening.sockets[0].getsockname()[1])
    try:
        yield post
    finally:
        post.ended.set()
        asyncio.run_coroutine_threadsafe(_finish(listening), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _finish(listening: asyncio.Server) -> None:
    """Hear nobody any more, and end what still talks to a client."""
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()


def _known(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
) -> AuthResult:
    assert isinstance(given, LoginPassword)
    good = given == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)
