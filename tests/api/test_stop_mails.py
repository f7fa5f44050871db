"""The way out of mails: GET changes nothing, POST needs no login, and both databases keep it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.channels.stop_links import Stop, StopLinks
from services.deliveries.views import address_hash
from tests.parts import GUILD
from tests.servers.mail import Post, mail_server
from tests.services.alerts.town import Town, app_of, open_town, raid

ADA, GRACE = "ada@example.org", "grace@example.org"


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture
def town(database_url: str, tmp_path: Path, post: Post) -> Iterator[Town]:
    with ExitStack() as stack:
        smtp = f"smtp://127.0.0.1:{post.port}"
        made = open_town(stack, database_url, tmp_path, SMTP_URL=smtp)
        made.add_channel("email", settings={"addresses": [ADA, GRACE]})
        yield made


@pytest.fixture
def client(town: Town) -> FlaskClient:
    return app_of(town).test_client()


def link_of(post: Post, place: int = 0) -> str:
    """The path of the link in a mail that was sent."""
    link = str(post.letters[place].message["List-Unsubscribe"])
    return link.strip("<>").removeprefix("http://127.0.0.1:8000")


def stopped(town: Town) -> int:
    with town.parts.database.read() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM unsubscribed")) or 0)


def test_an_address_stops_its_own_mails_and_no_others(
    town: Town, post: Post, client: FlaskClient
) -> None:
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    assert sorted(letter.recipients[0] for letter in post.letters) == [ADA, GRACE]
    to_ada = next(n for n, letter in enumerate(post.letters) if letter.recipients == [ADA])
    path = link_of(post, to_ada)
    for _ in range(3):  # as scanners of mails do
        shown = client.get(path)
        assert shown.status_code == 200
        assert 'method="post"' in shown.get_data(True)
    assert stopped(town) == 0
    clicked = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert clicked.status_code == 200
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert stopped(town) == 1
    post.letters.clear()
    town.pass_time(6 * 60_000)
    assert [letter.recipients for letter in post.letters] == [[GRACE]]
    assert "no mails" in client.get(path).get_data(True)
    assert "again" in client.post(path, data={"do": "again"}).get_data(True)
    assert stopped(town) == 0
    with town.parts.database.read() as connection:
        actions = list(connection.scalars(text("SELECT action FROM audit_log ORDER BY action")))
    assert actions == ["channels.subscribe_again", "channels.unsubscribe"]


@pytest.mark.parametrize("token", ["x", "A" * 96, "A" * 95 + "B", "%00", "ü"])
def test_a_link_that_is_not_ours_changes_nothing(
    sqlite_url: str, tmp_path: Path, token: str
) -> None:
    with ExitStack() as stack:
        town = open_town(stack, sqlite_url, tmp_path)
        client = app_of(town).test_client()
        for answer in (client.get, client.post):
            assert answer(f"/notifications/stop/{token}").status_code == 404
        assert stopped(town) == 0


def test_each_letter_of_a_link_counts(sqlite_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        town = open_town(stack, sqlite_url, tmp_path)
        links = StopLinks(town.parts.settings)
        stop = Stop(GUILD, town.add_channel("slack"), address_hash(ADA))
        token = links.link(stop).rpartition("/")[2]
        assert links.read(token) == stop
        for place in range(len(token)):
            other = "A" if token[place] != "A" else "B"
            assert links.read(token[:place] + other + token[place + 1 :]) is None


def test_a_link_of_a_channel_that_is_gone_says_that_nothing_comes(
    town: Town, post: Post, client: FlaskClient
) -> None:
    links = StopLinks(town.parts.settings)
    stop = Stop(GUILD, town.channels["email"], address_hash(ADA))
    path = links.link(stop).removeprefix(town.parts.settings.public_url)
    with town.parts.database.write() as connection:
        connection.execute(text("DELETE FROM channels"))
    assert "no mails" in client.get(path).get_data(True)
    assert client.post(path).status_code == 200
    assert stopped(town) == 0
