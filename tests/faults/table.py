"""The table of a run, and its last line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.verdict import Verdict

SHOWN = 5


@dataclass(frozen=True)
class Row:
    """How one scenario ended; ``remarks`` are faults that the verdict does not know of.

    ``notes`` are worth telling, and no faults.
    """

    scenario: str
    database: str
    workers: int
    kills: int
    verdict: Verdict
    seconds: float
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing was wrong."""
        return self.verdict.clean and not self.remarks

    @property
    def cells(self) -> tuple[object, ...]:
        """As the table shows it."""
        found = self.verdict
        counts = (len(found.lost), len(found.doubled), len(found.wrong) + len(self.remarks))
        return (
            *(self.scenario, self.database, self.workers, found.mails, self.kills),
            *(found.accepted, found.uncertain, *counts, f"{self.seconds:.0f}"),
        )

    def told(self) -> list[str]:
        """Notes and faults, for below the table."""
        return [f"{self.scenario}, {self.database}: {each}" for each in self.notes] + self.faults()

    def faults(self) -> list[str]:
        """What was wrong, in words, the first few of each kind."""
        found = self.verdict
        lost = [f"lost: {each}" for each in found.lost]
        doubled = [f"doubled: {each}" for each in found.doubled]
        kinds = (lost, doubled, list(found.wrong), list(self.remarks))
        return [f"{self.scenario}: {each}" for kind in kinds for each in kind[:SHOWN]]


HEAD = (
    *("scenario", "database", "workers", "mails", "kills"),
    *("accepted", "uncertain", "lost", "doubled", "wrong", "seconds"),
)


def line(cells: Sequence[object]) -> str:
    """One line of the table."""
    first = f"{cells[0]!s:44} {cells[1]!s:10} "
    return first + " ".join(f"{each!s:>9}" for each in cells[2:])


def last_line(rows: Sequence[Row]) -> str:
    """``N mails, K kills: lost 0, doubled 0, uncertain U``."""
    mails, kills = sum(each.verdict.mails for each in rows), sum(each.kills for each in rows)
    lost = sum(len(each.verdict.lost) for each in rows)
    doubled = sum(len(each.verdict.doubled) for each in rows)
    uncertain = sum(each.verdict.uncertain for each in rows)
    return f"{mails} mails, {kills} kills: lost {lost}, doubled {doubled}, uncertain {uncertain}"
