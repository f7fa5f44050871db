"""How a process that serves for days looks after its memory."""

from __future__ import annotations

import gc

# Batches of events make and drop tens of thousands of tuples, none of them in circles: looked at
# every 700, as Python does by itself, they cost a third of an ingest.
OBJECTS_BETWEEN_LOOKS = 10_000


def load_undisturbed() -> None:
    """Call before the large imports: of what they make nothing can go, so looking is wasted.

    Nothing is looked at until `settle`, which whoever calls this must call.
    """
    gc.disable()


def settle() -> None:
    """Call when all is loaded: what is there by now stays, and is not looked at again.

    Nor is it when the process ends, where a look at all of it was a seventh of a command's time.
    Not before this either: of 200,000 objects it would find 1,500 that could go.
    """
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, 20, 50)
    gc.enable()
