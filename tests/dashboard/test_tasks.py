"""Each section's main tasks, clicked through as each role."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.dashboard.conftest import listened_to
from tests.dashboard.crew import ROLES, Crew, Scene, Task
from tests.dashboard.expecting import expect
from tests.dashboard.tasks_members import MEMBERS
from tests.dashboard.tasks_reading import READING
from tests.dashboard.tasks_server import AFTER_THESE, SERVER
from tests.discord.server import Discord
from tests.servers.made import Made

NUMBERS = count(1001)


@pytest.fixture(scope="module")
def heard() -> list[str]:
    """What the browsers complain of, and requests of the pages that the server refused."""
    return []


@pytest.fixture(scope="module")
def crew(browser: Browser, stack: Made, town: Discord, heard: list[str]) -> Iterator[Crew]:
    opened: list[BrowserContext] = []

    def open_context() -> BrowserContext:
        context = browser.new_context(base_url=stack.url, reduced_motion="reduce")
        opened.append(listened_to(context, heard))
        opened[-1].on(
            "response", lambda seen: heard.append(seen.url) if seen.status == 403 else None
        )
        return opened[-1]

    yield Crew(town, stack, open_context)
    for context in opened:
        context.close()


@pytest.mark.parametrize("tasks", [[*READING, *MEMBERS, *SERVER], AFTER_THESE], ids=["1", "2"])
@pytest.mark.parametrize("role", ROLES)
def test_who_may_does_it_and_who_may_not_cannot(
    crew: Crew, heard: list[str], role: str, tasks: list[Task]
) -> None:
    scenes = [(task, Scene(crew, role, next(NUMBERS))) for task in tasks]
    page = crew.page(role)
    for task, scene in scenes:
        task.prepare(scene)
    crew.leave_to(role)
    page.goto(f"/?guild={crew.guild}")
    for task, scene in scenes:
        with told(task):
            (done if task.is_for(role) else not_there_and_refused)(task, scene)
    page.reload()
    for task, scene in scenes:
        with told(task):
            if task.is_for(role):
                scene.at(task.section)
                task.shown(scene)
    assert heard == []


@contextmanager
def told(task: Task) -> Iterator[None]:
    """A failure says which task it was in."""
    try:
        yield
    except AssertionError as failure:
        failure.add_note(task.name)
        raise


def done(task: Task, scene: Scene) -> None:
    task.reach(scene)
    expect(task.control(scene)).to_be_visible()
    task.act(scene)
    task.shown(scene)


def not_there_and_refused(task: Task, scene: Scene) -> None:
    task.reach(scene)
    expect(task.control(scene)).to_have_count(0)
    assert task.refused is not None
    assert scene.crew.ask(scene.role, *task.refused(scene)).status == 403
