"""How many mails are claimed and made at a time: as many as the relay takes in a moment."""

from __future__ import annotations

import time

WIDTH = 20  # mails under way for each connection at most
READY = WIDTH - 2  # mails made for each connection at most, while the last ones are under way
FEWEST = 2  # mails claimed for each connection at least, however slow the relay
# Seconds that the mails of one turn should last. A turn costs nearly the same for few mails as for
# many, but those that it hands over are what a crash makes uncertain: somebody has to ask each.
A_TURN = 0.1


class Pace:
    """How many mails the relay takes in the time that a turn should last."""

    def __init__(self) -> None:
        self.settled = 0
        self.mails = 0
        self._since: float | None = None

    def measure(self, connections: int) -> int:
        """From what was settled since it was asked last. It begins with few, so that the first
        mails need not wait until many are made.
        """
        now = time.monotonic()
        fresh = int(self.settled * A_TURN / max(now - (self._since or now), 0.001))
        most = min(READY * connections, max(fresh, self.mails // 2))
        self.mails = max(FEWEST * connections, most)
        self.settled, self._since = 0, now
        return self.mails
