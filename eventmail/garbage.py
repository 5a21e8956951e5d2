"""What a long-running process has loaded stays: Python need not look through it again and again."""

from __future__ import annotations

import gc

# New objects between two looks for cycles. Neither a mail nor a page makes many that only such a
# look frees; with Python's own 700 it took a tenth of a mail's time.
EVERY = 50_000


def keep_what_is_loaded() -> None:
    """Leave out what is there now for good, and look less often through what comes.

    A look through all of it holds up every request and every connection for a third of a second.
    """
    gc.set_threshold(EVERY)
    gc.collect()
    gc.freeze()
