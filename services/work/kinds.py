"""Every kind of long work, by name: what does it. A new kind: its line here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from threading import Event

from adapters.process.slots import Slots
from models.guilds.guild import all_guilds
from models.work.long import ask
from services.backups.keeper import CREATE, REHEARSE, backups, left_to_others
from services.container import Parts
from services.exports.asking import EXPORT
from services.exports.giving_up import export_given_up
from services.guilds.deletion import DELETE, delete_guild
from services.operations.rollups import rebuild
from services.reports.entering import BUILD
from services.work.lease import Lease
from services.work.run import Handler, LongWorker
from services.work.start import wake

REBUILD = "rollups.rebuild"
# All of them: what the handlers below have.
KINDS = (REBUILD, BUILD, EXPORT, CREATE, REHEARSE, DELETE)


def ask_rebuild(parts: Parts, guild_ids: Sequence[int] | None) -> int:
    """Have the rollups of these guilds, or (None) of all, recounted; how many were queued."""
    with parts.database.write() as connection:
        wanted = all_guilds(connection, guild_ids)
        queued = [ask(connection, id, REBUILD, "", parts.clock()) for id in wanted]
    wake(parts)
    return sum(queued)


def long_worker(parts: Parts, stop: Event, only: Collection[str] = KINDS) -> LongWorker:
    """Does these kinds that its user can do, on `parts`, until none is due or `stop` is set."""
    others = left_to_others(parts.settings)
    places = Slots(parts.settings.data_dir / "export-slots", parts.settings.export_processes)
    return LongWorker(
        database=parts.database,
        clock=parts.clock,
        handlers=handlers(parts),
        given_up={EXPORT: partial(export_given_up, parts)},
        slots={EXPORT: places},
        but=[kind for kind in KINDS if kind in others or kind not in only],
        stop=stop,
    )


def handlers(parts: Parts) -> Mapping[str, Handler]:
    def rebuild_rollups(lease: Lease) -> None:
        rebuild(parts.database, [lease.piece.guild_id], parts.clock())
        parts.queue.wake_materialiser()

    def build_report(lease: Lease) -> None:
        # Here, since what draws reports is large and nothing else needs it.
        from services.reports.making import make

        make(parts, lease)

    def make_export(lease: Lease) -> None:
        from services.exports.turn import make_export

        make_export(parts, lease)

    def create_backup(lease: Lease) -> None:
        backups(parts.settings).create(parts.clock(), lease.check)

    def rehearse_backup(lease: Lease) -> None:
        from services.backups.rehearsing import rehearse

        rehearse(parts.settings, parts.clock(), check=lease.check)

    return {
        REBUILD: rebuild_rollups,
        BUILD: build_report,
        EXPORT: make_export,
        CREATE: create_backup,
        REHEARSE: rehearse_backup,
        DELETE: partial(delete_guild, parts),
    }
