"""Asking Discord about the makers of tokens, beside requests: those of a token never do."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from adapters.database import Database
from adapters.discord.login import DiscordRefusedError
from domain.windows import HOUR_MS, MINUTE_MS
from models.accounts.logins import end_login, logins_of_user
from models.accounts.makers import makers_to_ask_about
from services.accounts.memberships import SKEW_MS, Memberships, MembershipUnknownError

# So long what Discord said of a maker counts, while they are logged in and their tokens are used.
KNOWN_MS = 5 * MINUTE_MS
USED_WITHIN_MS = HOUR_MS
MAKERS_A_RUN = 100
ASK_AT_ONCE = 4
# After this no further question is begun: the sweep has other things to do.
RUN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Makers:
    database: Database
    memberships: Memberships
    clock: Callable[[], int]

    def ask(self) -> None:
        """Ask about those whose tokens are used and of whom nothing was heard for a while.

        Raises the first error that is not Discord's, after all others were asked about.
        """
        deadline = time.monotonic() + RUN_SECONDS

        def tried(user_id: int) -> Exception | None:
            try:
                if time.monotonic() < deadline:
                    self._ask_about(user_id)
            except MembershipUnknownError:
                return None  # another time
            except Exception as error:
                return error
            return None

        with ThreadPoolExecutor(ASK_AT_ONCE) as pool:  # it starts no thread for nothing
            errors = [error for error in pool.map(tried, self._due()) if error is not None]
        if errors:
            raise errors[0]

    def _due(self) -> list[int]:
        now_ms = self.clock()
        with self.database.read() as connection:
            return makers_to_ask_about(
                connection,
                used_since_ms=now_ms - USED_WITHIN_MS,
                known_ms=(now_ms - KNOWN_MS + 1, now_ms + SKEW_MS),
                now_ms=now_ms,
                most=MAKERS_A_RUN,
            )

    def _ask_about(self, user_id: int) -> None:
        """Through the newest of their logins that Discord takes; what it does not take ends."""
        with self.database.read() as connection:
            logins = logins_of_user(connection, user_id, self.clock())
        for login in logins:
            if login.demo_role is not None:
                continue
            try:
                self.memberships.of(login, KNOWN_MS)
            except DiscordRefusedError:
                with self.database.write() as connection:
                    end_login(connection, login.secret_hash)
            else:
                return
