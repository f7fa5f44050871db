"""What belongs to a token is kept under it, and what a replaced token left is sent all the same."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from modwatch_client import Client
from modwatch_client.spool import Spool
from modwatch_client.spool_file import Entry
from modwatch_client.spool_place import other_spools, spool_path
from tests.clients.made import ids, violation, violations
from tests.clients.modwatch import Modwatch
from tests.clients.stand_in import StandIn
from tests.parts import until

MakeClient = Callable[..., Client]
AWAY = "http://127.0.0.1:9"


def scope(*guild_ids: int) -> dict[str, object]:
    """What a server says of a token for these guilds."""
    return {"covers_all": False, "guild_ids": [str(id) for id in guild_ids]}


def entries_for(*guild_ids: int) -> list[Entry]:
    return [
        Entry(str(event.guild_id), str(event.id), event.json())
        for event in (violation(guild_id) for guild_id in guild_ids)
    ]


def test_two_bots_in_one_folder(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int, tmp_path: Path
) -> None:
    """Each with a token for one guild, and both with the default spool."""
    other_id = guild_id + 500_000
    one = make_client(modwatch.url, modwatch.token(guild_id))
    other = make_client(modwatch.url, modwatch.token(other_id))
    first, second = violations(guild_id, 20), violations(other_id, 20)
    for mine, theirs in zip(first, second, strict=True):
        one.send(mine)
        other.send(theirs)
    assert one.flush().done
    assert other.flush().done
    assert one.dead_letters() == other.dead_letters() == []
    assert sorted(modwatch.violations(guild_id)) == sorted(ids(first))
    assert sorted(modwatch.violations(other_id)) == sorted(ids(second))
    assert not (tmp_path / "spool.db").exists()


def test_a_spool_of_before_is_shared_out(
    stand_in: StandIn, make_client: MakeClient, tmp_path: Path
) -> None:
    """It may hold events of several bots: each takes those it may send."""
    old = Spool(tmp_path / "spool.db")
    old.append(entries := entries_for(1, 2, 1, 3))
    old.settle(old.head(1, 10_000), {0: {"x": ["no"]}})
    old.close()
    stand_in.guilds = scope(1, 9)
    client = make_client(stand_in.url)
    assert client.flush().done
    assert stand_in.ids() == [entries[2].id]
    assert [letter.id for letter in client.dead_letters()] == [entries[0].id]
    stand_in.guilds = scope(2, 3)
    other = make_client(stand_in.url, "mwb_other")
    assert other.flush().done
    assert stand_in.ids() == [entries[2].id, entries[1].id, entries[3].id]
    assert other.dead_letters() == []


def test_messages_counted_under_a_replaced_token(
    stand_in: StandIn, make_client: MakeClient
) -> None:
    before = make_client(AWAY, "mwb_before", count_window_seconds=0.01)
    for guild_id in (1, 1, 2):
        before.count_message(guild_id)
    until(lambda: before.stats().uncounted_messages == 0, 60, "counts on disk")
    before.close(0)
    stand_in.guilds = scope(1)
    after = make_client(stand_in.url, "mwb_after")
    assert after.flush().done
    assert stand_in.taken == []  # it was for another server
    again = make_client(stand_in.url, "mwb_before")
    assert again.flush().done
    assert sorted((one["guild_id"], one["count"]) for one in stand_in.taken) == [("1", 2), ("2", 1)]


def test_what_a_replaced_token_left(
    stand_in: StandIn, make_client: MakeClient, tmp_path: Path
) -> None:
    before = Spool(spool_path(tmp_path / "spool.db", "mwb_before"))
    before.note_server(stand_in.url)
    before.append(entries := entries_for(1, 2))
    before.close()
    stand_in.guilds = scope(2)
    client = make_client(stand_in.url, "mwb_after")
    assert client.flush().done
    assert stand_in.ids() == [entries[1].id]


def test_a_bot_that_runs_keeps_what_it_has(stand_in: StandIn, make_client: MakeClient) -> None:
    """Although another token may write for its servers as well."""
    one = make_client(stand_in.url, "mwb_one", linger_seconds=60)
    until(lambda: one.stats().sending, 60, "the first one sends")
    one.send(event := violation(1))
    other = make_client(stand_in.url, "mwb_two")
    assert other.flush().done
    assert (stand_in.ids(), one.stats().waiting) == ([], 1)
    assert one.flush().done
    assert stand_in.ids() == [str(event.id)]


@pytest.mark.parametrize("said", [{"covers_all": False}, {"id": None}, []])
def test_a_server_that_does_not_say(
    stand_in: StandIn, make_client: MakeClient, tmp_path: Path, said: dict[str, object]
) -> None:
    """An older one: nothing is taken over, and nothing is in the way."""
    old = Spool(tmp_path / "spool.db")
    old.append(entries_for(1))
    old.close()
    stand_in.guilds = said
    client = make_client(stand_in.url)
    client.send(event := violation(1))
    assert client.flush().done
    assert stand_in.ids() == [str(event.id)]


def test_a_spool_that_cannot_be_taken_over_is_in_nobodys_way(
    stand_in: StandIn, make_client: MakeClient, tmp_path: Path
) -> None:
    old = Spool(tmp_path / "spool.db")
    old.append(entries_for(1))
    old.close()
    (tmp_path / "spool.db-sender").mkdir()
    client = make_client(stand_in.url)
    client.send(event := violation(1))
    assert client.flush().done
    assert stand_in.ids() == [str(event.id)]


def test_other_files_are_left_alone(
    stand_in: StandIn, make_client: MakeClient, tmp_path: Path
) -> None:
    (tmp_path / "spool.db").write_bytes(b"no database" * 99)
    foreign = tmp_path / "spool-0123456789ab.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE events (mine)")
    connection.close()
    before = foreign.read_bytes()
    assert make_client(stand_in.url).flush().done
    assert foreign.read_bytes() == before


def test_names_of_files(tmp_path: Path) -> None:
    """A bot's token gives always the same name, which tells nothing of the token."""
    spool = tmp_path / "modwatch-spool.db"
    own, other = spool_path(spool, "mwb_one\n"), spool_path(spool, "mwb_two")
    assert own == spool_path(spool, " mwb_one")
    assert own.name == "modwatch-spool-7a71d213f9bf.db"
    for name in (own.name, other.name, "modwatch-spool.db", "modwatch-spool-notes.db"):
        (tmp_path / name).touch()
    shutil.copy(own, f"{own}-sender")
    assert set(other_spools(spool, own)) == {spool, other}
