"""What the papers of an incident tell: every number and date once, gathered before any is written.

Texts come in pairs where somebody typed them: as they are, for the internal report, and without
names, for what others read.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eventmail.clock import in_tokyo
from eventmail.incidents.models import Law, Place


class Published(enum.StrEnum):
    """Whether the incident is made public."""

    UNDECIDED = "undecided"
    YES = "yes"
    NO = "no"


class Level(enum.StrEnum):
    """Who takes a measure."""

    OFFICE = "office"
    BUREAU = "bureau"


@dataclass(frozen=True, slots=True)
class Told:
    """Words that somebody typed, and the same without names of staff and companies."""

    full: str
    public: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that showed addresses: when it went, how many it showed, and in which fields."""

    number: int
    sent_at: datetime | None
    shown: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Wave:
    """A mail of the incident that went out. ``correction``: the first mail, put right."""

    at: datetime
    count: int
    correction: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """What is done so that it does not happen again."""

    told: Told
    level: Level = Level.OFFICE
    on: date | None = None
    owner: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """What has to be told to whom until when. ``due`` is None where there is no such duty."""

    name: str
    due: date | None
    why: str
    cited: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the chronology. ``course``: it belongs into 事実経過, and is not only of us."""

    at: datetime
    told: Told
    course: bool = True


@dataclass(frozen=True, slots=True)
class Handled:
    """Where it stands with one company."""

    company: str
    reached_at: datetime | None
    deletion_agreed: bool = False
    printouts_destroyed: bool = False
    wishes: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What a person writes himself. ``version`` 0: nothing yet."""

    second_harm: str = ""
    contact: str = ""
    published: Published = Published.UNDECIDED
    published_on: date | None = None
    introduction: str = ""
    reference: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """Of how many companies each thing is settled by now."""

    reached: int = 0
    explained: int = 0
    apologised: int = 0
    deletion_agreed: int = 0
    printouts_destroyed: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that any paper tells. ``unconfirmed``: addresses that nobody has judged yet."""

    office: str
    bureau: str
    title: str
    law: Law
    written_on: date
    noticed_at: datetime
    noticed_how: Told
    mails: tuple[Mail, ...]
    companies: int
    persons: int
    others: int
    unconfirmed: int = 0
    settled: Settled = Settled()
    waves: tuple[Wave, ...] = ()
    causes: tuple[Told, ...] = ()
    measures: tuple[Measure, ...] = ()
    duties: tuple[Duty, ...] = ()
    chronology: tuple[Happening, ...] = ()
    handled: tuple[Handled, ...] = ()
    written: Written = Written()

    @property
    def addresses(self) -> int:
        """How many addresses others saw."""
        return self.persons + self.others

    @property
    def sent_on(self) -> date | None:
        """The day on which the first mail went."""
        times = [each.sent_at for each in self.mails if each.sent_at]
        return in_tokyo(min(times)).date() if times else None

    @property
    def noticed_on(self) -> date:
        """The day on which the office knew."""
        return in_tokyo(self.noticed_at).date()

    @property
    def fields(self) -> tuple[Place, ...]:
        """The fields in which the addresses stood, each once."""
        return tuple(dict.fromkeys(place for mail in self.mails for place in mail.places))

    @property
    def waiting(self) -> int:
        """How many companies nobody has reached yet."""
        return self.companies - self.settled.reached

    @property
    def corrections(self) -> tuple[Wave, ...]:
        """The waves of corrected mails, in order."""
        return tuple(each for each in self.waves if each.correction)

    def measures_of(self, level: Level) -> Sequence[Measure]:
        """The measures of the office, or of the bureau."""
        return [each for each in self.measures if each.level is level]
