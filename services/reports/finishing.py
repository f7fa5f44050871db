"""How runs end: when all of their deliveries are over, or when nobody makes them any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from adapters.telemetry.counts import REPORTS
from domain.put_aside import Work
from domain.report_plan import subject_of
from domain.report_schedules import RunKind
from domain.report_states import MOST_OPEN, RunState, outcome
from models.deliveries.shown import ends_of
from models.guilds.guild import lock_guilds
from models.reports.occurrences import OccurrenceRow, end, open_occurrences
from models.work.long import ask, states_of
from services.aside.guilds import for_guilds
from services.container import Parts
from services.reports.entering import BUILD
from services.reports.failures import NOT_ARRIVED, give_up, note_failure, note_success

AT_ONCE = 500


def finish_sent(parts: Parts) -> int:
    """Close the runs whose deliveries are all over; how many."""
    ended: dict[int, list[OccurrenceRow]] = defaultdict(list)
    with parts.database.read() as connection:
        for runs in _some(open_occurrences(connection, RunState.BUILT, MOST_OPEN)):
            outcomes = _outcomes(connection, runs)
            for run in runs:
                if outcomes[subject_of(run.id)] is not None:
                    ended[run.guild_id].append(run)

    def close(guild_ids: Sequence[int]) -> int:
        return sum(_close(parts, guild_id, ended[guild_id]) for guild_id in guild_ids)

    closed = for_guilds(parts.database, Work.SENT_REPORTS, ended, parts.clock(), close, 1)
    if closed:
        parts.after_telling()
    return closed


def take_up_lost(parts: Parts) -> int:
    """What nobody makes although it is due: given up where it was tried, else asked for again.

    How many were asked for.
    """
    with parts.database.read() as connection:
        due = list(_some(open_occurrences(connection, RunState.DUE, MOST_OPEN)))
        states = [_work(connection, runs) for runs in due]
    lost: dict[int, list[tuple[OccurrenceRow, str | None]]] = defaultdict(list)
    for runs, stands in zip(due, states, strict=True):
        for run in runs:
            state = stands.get(str(run.id))
            if state not in ("queued", "running"):
                lost[run.guild_id].append((run, state))

    def take_up(guild_ids: Sequence[int]) -> int:
        return sum(_take_up(parts, *one) for guild_id in guild_ids for one in lost[guild_id])

    return for_guilds(parts.database, Work.LOST_REPORTS, lost, parts.clock(), take_up, 1)


def _take_up(parts: Parts, run: OccurrenceRow, state: str | None) -> bool:
    if state == "failed":
        give_up(parts, run.guild_id, run.id)
        return False
    return _ask_again(parts, run)


def _some(runs: Sequence[OccurrenceRow]) -> Iterator[Sequence[OccurrenceRow]]:
    for first in range(0, len(runs), AT_ONCE):
        yield runs[first : first + AT_ONCE]


def _work(connection: Connection, runs: Sequence[OccurrenceRow]) -> dict[str, str]:
    subjects = [str(run.id) for run in runs]
    return states_of(connection, BUILD, {run.guild_id for run in runs}, subjects)


def _ask_again(parts: Parts, run: OccurrenceRow) -> bool:
    with parts.database.write() as connection:
        return ask(connection, run.guild_id, BUILD, str(run.id), parts.clock())


def _outcomes(connection: Connection, runs: Sequence[OccurrenceRow]) -> dict[str, RunState | None]:
    subjects = [subject_of(run.id) for run in runs]
    ends = ends_of(connection, {run.guild_id for run in runs}, subjects)
    return {subject: outcome(some) for subject, some in ends.items()}


def _close(parts: Parts, guild_id: int, runs: Sequence[OccurrenceRow]) -> int:
    closed: list[RunState] = []
    with parts.database.write() as connection:
        guilds = lock_guilds(connection, [guild_id])
        outcomes = _outcomes(connection, runs)
        # In the order in which they were: a streak begins with the first and ends with the last.
        for run in sorted(runs, key=lambda run: (run.created_ms, run.window.nominal_ms)):
            state = outcomes[subject_of(run.id)]
            if state is None or not end(connection, run, state, state.value, parts.clock()):
                continue
            closed.append(state)
            if run.kind is RunKind.SCHEDULED and state is RunState.SENT:
                note_success(connection, run)
            elif run.kind is RunKind.SCHEDULED:
                note_failure(connection, parts, guilds, run, NOT_ARRIVED)
    for state in closed:
        REPORTS.labels(state.value).inc()
    return len(closed)
