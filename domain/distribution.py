"""A database spread over several servers by guild: what may be in one statement, and what may not.

It is Citus, https://docs.citusdata.com: coordinator and workers, a row where its `guild_id` leads.
"""

from __future__ import annotations

from enum import StrEnum

# The execution option of a connection that leads to such a database.
DISTRIBUTED = "modwatch_distributed"


class Placement(StrEnum):
    """Where a table's rows are."""

    GUILD = "guild"  # spread by guild_id, all of one guild together
    REFERENCE = "reference"  # whole on every server, since statements on one guild look into it
    LOCAL = "local"  # on the coordinator: in no statement together with others
