"""The ground on which the rules stand: everything that they look at, already loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from eventmail import clock
from eventmail.mailings.findings.directory import Directory, People
from eventmail.mailings.snapshot import Attachment, Content
from eventmail.scanning.report import Scan
from eventmail.spreadsheet.companies import company_key


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """Another event of the office."""

    name: str
    held_on: date
    place: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """The office: its name and people, its mailboxes, and whom it lets its letters name."""

    name: str
    addresses: frozenset[str] = frozenset()
    staff: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()  # addresses, and domains without "@"
    hold_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Roster:
    """The event's roster, less what stands in the content: who is gone, where it came from."""

    withdrawn: frozenset[str] = frozenset()  # keys of companies
    files: tuple[str, ...] = ()  # of the workbooks it was imported from


@dataclass(frozen=True, slots=True)
class History:
    """What the office has sent before. ``last`` are the recipients of the event's last mailing."""

    events: tuple[OtherEvent, ...] = ()
    last: Mapping[str, str] | None = None  # address → company
    ever: frozenset[str] = frozenset()  # addresses that any mailing has been sent to
    sent_files: Mapping[str, str] = field(default_factory=dict)  # name → SHA-256, in this event
    elsewhere: Mapping[str, tuple[OtherEvent, ...]] = field(default_factory=dict)  # by SHA-256
    shelf: tuple[str, ...] = ()  # the names of all files on the event's shelf


@dataclass(frozen=True, slots=True)
class Ground:
    """A draft and what is known around it. ``chosen``: it goes to a chosen part of the roster."""

    content: Content
    now: datetime
    office: Office
    directory: Directory
    scans: Mapping[str, Scan] = field(default_factory=dict)
    roster: Roster = field(default_factory=Roster)
    history: History = field(default_factory=History)
    expected_count: int | None = None
    chosen: bool = False

    @property
    def today(self) -> date:
        """Today in Tokyo."""
        return clock.in_tokyo(self.now).date()

    def scanned(self) -> list[tuple[Attachment, Scan]]:
        """The materials that have a scan, with it."""
        materials = self.content.materials
        return [(each, self.scans[each.sha256]) for each in materials if each.sha256 in self.scans]


def strangers(content: Content, office: Office, people: People) -> Directory:
    """Whom the letter must not show: all but the only company it goes to, and the hosts.

    A host is a company that the event itself is named after or held at: its name and telephone
    are told to everybody anyway. Its addresses stay out of sight all the same, as in the gate.
    """
    to = {company_key(each.company) for each in content.recipients}
    own = to if len({each.participant_id for each in content.recipients}) == 1 else set()
    told = company_key("".join((office.name, content.sender_name, content.event_place)))
    return people.but(frozenset(own), frozenset(office.staff), people.named_in(told) - own)
