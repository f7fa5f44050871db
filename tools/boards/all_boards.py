"""The boards, one for each question that an operator has."""

from __future__ import annotations

from tools.boards.deliveries import DELIVERIES_AND_LONG_WORK
from tools.boards.ingest import INGEST_AND_MATERIALISE
from tools.boards.live import LIVE
from tools.boards.overview import OVERVIEW
from tools.boards.stores import STORES

BOARDS = (OVERVIEW, INGEST_AND_MATERIALISE, LIVE, DELIVERIES_AND_LONG_WORK, STORES)
