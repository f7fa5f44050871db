"""How a process that serves for days looks after its memory."""

from __future__ import annotations

import gc

# Batches of events make and drop tens of thousands of tuples, none of them in circles: looked at
# every 700, as Python does by itself, they cost a third of an ingest.
OBJECTS_BETWEEN_LOOKS = 10_000


def settle() -> None:
    """Call when all is loaded: what is there by now stays, and is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, 20, 50)
