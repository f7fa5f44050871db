"""Which part of a run was used up first: plain arithmetic on what each part used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Of what it may use; above that the rest is waiting for it.
USED_UP = 0.9


@dataclass(frozen=True, slots=True)
class Run:
    """So many processes of a kind (`web`, `worker`) did `units` of `what` in `seconds`."""

    what: str
    kind: str
    processes: int
    units: int
    seconds: float
    # Seconds of CPU by who used them, and of the whole machine with all that others did.
    cpu: Mapping[str, float]
    machine_busy_seconds: float
    cores: int
    connections: int
    connections_allowed: int
    redis_mb: float

    @property
    def per_second(self) -> float:
        return self.units / self.seconds

    @property
    def cpu_us_per_unit(self) -> float:
        return sum(self.cpu.values()) / self.units * 1e6

    @property
    def cores_used(self) -> float:
        return sum(self.cpu.values()) / self.seconds


def shares_used(run: Run) -> dict[str, float]:
    """How much of each part was used, 1 for all of it. A process of Python has one core at most."""
    return {
        "the machine's cores": run.machine_busy_seconds / run.seconds / run.cores,
        f"the core of each {run.kind}": run.cpu[run.kind] / run.seconds / run.processes,
        "connections to the database": run.connections / run.connections_allowed,
    }


def runs_out_first(run: Run) -> str:
    name, share = max(shares_used(run).items(), key=lambda one: one[1])
    if share < USED_UP:
        return f"nothing of these ({name} {share:.0%}): it waits, for locks, disk or clients"
    others = 1 - run.cores_used * run.seconds / run.machine_busy_seconds
    by_others = f", {others:.0%} of it others' work" if name.startswith("the machine") else ""
    return f"{name} ({share:.0%}{by_others})"
