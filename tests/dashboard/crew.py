"""A server with one person in each role, each at a browser of their own, and what they do there."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import APIResponse, BrowserContext, Locator, Page

from tests.dashboard.expecting import expect
from tests.dashboard.pages import Event, go, guild_id, ingest
from tests.discord.server import Discord
from tests.servers.made import Made

ROLES = ("viewer", "moderator", "admin", "owner")


class Crew:
    """People who log in when they are needed first, and stay; the owner is there from the start."""

    def __init__(self, town: Discord, stack: Made, open_context: Callable[[], BrowserContext]):
        world = town.world
        self.stack, self._town, self._open_context = stack, town, open_context
        self._people = {role: world.add_user(username=f"the {role}").id for role in ROLES}
        world.add_guild(name="The Harbour", owner_id=self._people["owner"], bot=False)
        self._pages: dict[str, Page] = {}
        owner = self.page("owner")
        self.guild = guild_id(owner)
        for role in ROLES[:-1]:
            self.ask("owner", "PUT", f"roles/{self._people[role]}", {"role": role})

    def page(self, role: str) -> Page:
        if role not in self._pages:
            self._pages[role] = self._enter(self._people[role])
        return self._pages[role]

    def _enter(self, person: int) -> Page:
        self._town.world.sign_in(person)
        page = self._open_context().new_page()
        page.clock.install()  # what can be undone need not be waited for
        page.goto("/api/auth/login")
        page.locator("modwatch-chart canvas").first.wait_for()
        return page

    def leave_to(self, role: str) -> None:
        """Nobody else looks at the page: each page that is open draws all that happens."""
        for other in self._pages.keys() - {role}:
            self._pages[other].goto("about:blank")

    def ask(self, role: str, method: str, path: str, body: object = None) -> APIResponse:
        """Send a request as the person of `role`, past the page."""
        return self.page(role).request.fetch(
            f"/api/v1/servers/{self.guild}/{path}",
            method=method,
            data=body,
            headers={"Origin": self.stack.url},
        )


@dataclass(frozen=True)
class Scene:
    """One person who is about to do something; `number` tells this time from all others."""

    crew: Crew
    role: str
    number: int

    @property
    def page(self) -> Page:
        return self.crew.page(self.role)

    @property
    def member(self) -> str:
        """A member whom only this scene knows."""
        return str(600_000_000_000_000_000 + self.number)

    @property
    def words(self) -> str:
        """What only this scene says."""
        return f"words {self.number} end"

    def happened(self, *events: Event) -> None:
        ingest(self.crew.stack, *events)

    def at(self, section: str) -> Locator:
        return go(self.page, section)

    def over(self, address: str) -> Locator:
        """What lies over the page at this address."""
        self.page.evaluate("hash => { location.hash = hash }", address)
        expect(self.page.locator(".sheet .waiting")).to_have_count(0)
        return self.page.locator(".sheet")


def nothing(scene: Scene) -> None:
    """Nothing to prepare, or to do."""


@dataclass(frozen=True)
class Task:
    """Something done in the section that its name begins with, from the role `first` on.

    prepare  what has to have happened before
    reach    goes to where it is done, and sees what is there to see: everybody can
    control  what it is done with, there for those who may
    act      does it
    shown    waits until the page shows that it was done
    refused  the same request for those who may not: method, path and body
    """

    name: str
    first: str
    control: Callable[[Scene], Locator]
    shown: Callable[[Scene], None]
    reach: Callable[[Scene], object]
    act: Callable[[Scene], None] = nothing
    prepare: Callable[[Scene], object] = nothing
    refused: Callable[[Scene], tuple[str, str, object]] | None = None

    @property
    def section(self) -> str:
        return self.name.partition(":")[0]

    def is_for(self, role: str) -> bool:
        return ROLES.index(role) >= ROLES.index(self.first)
