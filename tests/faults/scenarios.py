"""A scenario: an installation, what happens to it while it sends, and how it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.delivery.prepare import Wanted
from eventmail.mailings.models import MailingState
from tests.faults.table import Row
from tests.faults.world import Tools, World, world


@dataclass(frozen=True)
class Scenario:
    """``act`` does the harm, and waits for the end; what it finds wrong goes to the remarks.

    ``batch``: that many recipients in one transaction. ``pace``: seconds the sink takes over a
    mail. ``begins``: approved and running before it acts. ``small_disk``: on one of its own.
    ``ends``: how the mailing must stand in the end.
    """

    name: str
    act: Callable[[World], None]
    mails: int = 150
    workers: int = 2
    sweeps: int = 1
    batch: int = 0
    pace: float = 0.01
    kinds: tuple[str, ...] = ("sqlite", "postgresql")
    settings: Mapping[str, Any] = field(default_factory=dict)
    begins: bool = True
    small_disk: bool = False
    ends: MailingState = MailingState.SENT

    def run(self, tools: Tools, kind: str, seed: int) -> Row:
        """From the approval to the judgement."""
        begun = time.monotonic()
        wanted = Wanted(self.mails, batch=self.batch)
        chosen = {"small": self.small_disk, **self.settings}
        with world(tools, kind, wanted, seed, **chosen) as it:
            it.sink.set(pace=self.pace)
            if self.begins:
                it.begin(self.workers, sweeps=self.sweeps)
            self.act(it)
            return Row(
                scenario=self.name,
                database=kind,
                workers=self.workers,
                kills=it.kills,
                verdict=it.verdict(),
                seconds=time.monotonic() - begun,
                remarks=(*it.remarks, *it.ended_badly(self.ends)),
                notes=tuple(it.notes),
            )
