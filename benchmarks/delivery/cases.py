"""What is measured: the five cases, and how many mails each sender gets in them.

Rates are compared, so whoever is slow gets fewer mails; a run should last a few seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

OURS = "ours"
LIMIT_ONE, LIMIT = "wire limit, 1", "wire limit, 8"
NODEMAILER, FLASK_MAIL, POST_OFFICE = "nodemailer", "flask-mail", "post_office"
MAILMAN = "mailman"
SENDERS = (LIMIT_ONE, LIMIT, NODEMAILER, FLASK_MAIL, POST_OFFICE, MAILMAN, OURS)
BATCH = 100  # recipients in one transaction of a blind batch


@dataclass(frozen=True)
class Case:
    """One case. ``mails`` are transactions; ``fewer`` says how many the slow ones get."""

    name: str
    title: str
    mails: int
    file: bool = False
    round_trip: float = 0.0  # milliseconds
    recipients: int = 1
    fewer: tuple[tuple[str, int], ...] = ()

    def mails_of(self, sender: str) -> int:
        """How many mails this sender sends in one round."""
        return dict(self.fewer).get(sender, self.mails)

    def takes_part(self, sender: str) -> bool:
        """Whether the sender is measured in this case at all."""
        return self.mails_of(sender) > 0

    def quick(self) -> Case:
        """A tenth of the work, for a look in passing."""
        fewer = tuple((name, _tenth(count)) for name, count in self.fewer)
        return replace(self, mails=_tenth(self.mails), fewer=fewer)


def _tenth(count: int) -> int:
    return -(-count // 10)


CASES = (
    Case("S", "1.5 kB text", 10_000, fewer=((LIMIT, 40_000), (MAILMAN, 1_000))),
    Case("A", "1.5 kB text and a 1 MB file", 300, file=True, fewer=((MAILMAN, 100),)),
    Case(
        "S20", "as S, 20 ms round trip", 3_000, round_trip=20,
        fewer=((LIMIT_ONE, 200), (FLASK_MAIL, 60), (POST_OFFICE, 300), (MAILMAN, 60)),
    ),
    Case(
        "A20", "as A, 20 ms round trip", 300, file=True, round_trip=20,
        fewer=((LIMIT_ONE, 100), (FLASK_MAIL, 40), (POST_OFFICE, 100), (MAILMAN, 40)),
    ),
    Case(
        "B20", "blind batches of 100 and a 1 MB file, 20 ms round trip", 300, file=True,
        round_trip=20, recipients=BATCH,
        fewer=((LIMIT_ONE, 100), (FLASK_MAIL, 4), (POST_OFFICE, 30), (MAILMAN, 0)),
    ),
)  # fmt: skip
