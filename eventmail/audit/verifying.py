"""Goes through a chain link by link and names the first that is broken.

Reads as a stream: a million entries need no more memory than a thousand. All of it is one look at
the database, so what is recorded meanwhile breaks nothing.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.canonical import content_of
from eventmail.audit.keys import ChainKeys, keys_of
from eventmail.audit.models import INSTALLATION, AuditCheck, AuditEntry, AuditHead, AuditLink
from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.language import retold, said

AT_ONCE = 1000
LONGEST = 300  # characters of a fault that a check keeps
SHOWN = 16  # hexadecimal digits of a head that somebody can note down: 64 bits

GAP = said("この番号の記録がなくなっています")
LOOSE = said("前の記録とつながっていません（前の記録が入れ替わっています）")
NO_ENTRY = said("鎖が指す記録がなくなっています")
NO_KEY = said("封じた鍵（{key}）が設定にありません。前の鍵を SEALING_KEYS に加えてください")
FORGED = said("記録の内容が書き換えられています")
CUT = said("鎖の終わりが切り取られています（最後の番号は{head}のはずです）")
BEYOND = said("鎖の終わりが、控えてある先頭と合いません")
FOREIGN = said("鎖に入っていない記録（記録番号{entry}）があります")
NOT_LOST = said("鎖の先頭は失われていません。作り直すものはありません。")
NOT_WHOLE = said(
    "失われたのは先頭だけではないため、作り直せません。{number}番：{text}。"
    "控え（バックアップ）から戻してください。"
)
AT = said("{number}番：{text}")
NOTED = said("控えてある{number}番の符号と合いません")


@dataclass(frozen=True, slots=True)
class Fault:
    """The first broken link: its number, when it was recorded (if that can be told), and why."""

    number: int
    at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say of one chain. ``older`` links were made afterwards, or are yet to be."""

    chain: int
    number: int
    mac: str
    older: int
    unsealed: bool
    fault: Fault | None

    @property
    def code(self) -> str:
        """The end of the chain, short enough to be noted down on paper."""
        return code_of(self.number, self.mac)


@dataclass(frozen=True, slots=True)
class Noted:
    """A head that somebody knows from before: it must still stand at its place."""

    number: int
    start: str


def code_of(number: int, mac: str) -> str:
    """``128:3f2a-9c1b-77d0-41ee``."""
    digits = mac[:SHOWN]
    return f"{number}:" + "-".join(re.findall("....", digits))


def noted(code: str) -> Noted | None:
    """What was noted down, or None if it cannot be read."""
    found = re.fullmatch(r"([0-9]{1,10}):([0-9a-f]{16})", code.strip().lower().replace("-", ""))
    return Noted(int(found[1]), found[2]) if found else None


def begin(session: Session) -> None:
    """Make the whole session one look (PostgreSQL would take a new one with each statement)."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def chains(session: Session) -> list[int]:
    """Every chain that has an entry, a link or a head, or that somebody once verified."""
    office = sa.func.coalesce(AuditEntry.office_id, INSTALLATION)
    parts = (sa.select(each.chain) for each in (AuditHead, AuditLink, AuditCheck))
    return sorted(session.scalars(sa.union(*parts, sa.select(office))))


def verify(session: Session, chain: int, known: Noted | None = None) -> Report:
    """Go through one chain. The session must have been begun with :func:`begin`."""
    head = session.get(AuditHead, chain) or AuditHead(chain=chain, number=0, mac="", older=0)
    walk, fault = _walked(session, chain, known)
    fault = fault or _end(head, walk)
    unsealed = head.number == 0 and head.older > 0
    if fault is None and not unsealed:
        fault = _stray(session, chain)
    return Report(chain, walk.number, walk.mac, head.older, unsealed, fault)


def rebuild_head(session: Session, chain: int) -> Report:
    """Put a head that was lost back at the last link, if all links are whole; that is recorded.

    Without its head nothing can be appended to a chain, so all acts of its office fail. Raises
    :class:`UserError` where the head is there, or where more is wrong than that.
    """
    walk, fault = _walked(session, chain, None)
    nothing = fault is None and walk.number == 0
    if nothing or session.get(AuditHead, chain) is not None:
        raise UserError(NOT_LOST)
    fault = fault or _stray(session, chain)
    if fault is not None:
        raise UserError(NOT_WHOLE.format(number=fault.number, text=fault.text))
    session.add(AuditHead(chain=chain, number=walk.number, mac=walk.mac))
    session.flush()
    report = Report(chain, walk.number, walk.mac, older=0, unsealed=False, fault=None)
    office_id = None if chain == INSTALLATION else chain
    record(session, "audit.head_rebuilt", f"audit:{chain}", office_id=office_id, head=report.code)
    return report


def note(session: Session, report: Report) -> None:
    """Keep that the chain was verified, and with what result."""
    session.add(
        AuditCheck(
            chain=report.chain,
            at=clock.now(),
            number=report.number,
            mac=report.mac,
            fault=kept_words(report.fault) if report.fault else "",
        )
    )


def kept_words(fault: Fault) -> str:
    """The fault as a check keeps it: the same words are the same fault."""
    return AT.format(number=fault.number, text=fault.text)[:LONGEST]


def in_words(check: AuditCheck) -> str:
    """The fault that a check found, as it is shown; empty if it found none."""
    number, _, text = check.fault.partition("番：")
    return AT.format(number=number, text=retold(text)) if check.fault else ""


def last_check(session: Session, chain: int) -> AuditCheck | None:
    """The newest verification of a chain."""
    query = sa.select(AuditCheck).where(AuditCheck.chain == chain)
    return session.scalars(query.order_by(AuditCheck.id.desc()).limit(1)).first()


def _walked(session: Session, chain: int, known: Noted | None) -> tuple[_Walk, Fault | None]:
    walk = _Walk(keys_of(session), chain, _marks(session, chain, known))
    with closing(_rows(session, chain)) as rows:
        return walk, walk.through(rows)


Row = tuple[AuditLink, AuditEntry | None]


class _Walk:
    """The way along a chain: where it has come to, and what must be met on it."""

    def __init__(self, keys: ChainKeys, chain: int, marks: dict[int, set[str]]) -> None:
        self.number, self.mac = 0, ""
        self._keys, self._chain, self._marks = keys, chain, marks

    def through(self, rows: Iterator[Row]) -> Fault | None:
        """To the end, or to the first broken link."""
        for link, entry in rows:
            text = self._wrong(link, entry)
            if text:
                missing = text == GAP
                number = self.number + 1 if missing else link.number
                return Fault(number, None if missing or entry is None else entry.at, text)
            self.number, self.mac = link.number, link.mac
        beyond = [number for number in self._marks if number > self.number]
        return Fault(min(beyond), None, CUT.format(head=max(beyond))) if beyond else None

    def _wrong(self, link: AuditLink, entry: AuditEntry | None) -> str:
        if link.number != self.number + 1:
            return GAP
        if entry is None or entry.chain != self._chain:
            return NO_ENTRY
        return self._unsealed(link, entry) or self._out_of_line(link)

    def _unsealed(self, link: AuditLink, entry: AuditEntry) -> str:
        content = content_of(entry, link.number, link.previous, link.key_id)
        made = self._keys.mac(content, link.key_id)
        if made is None:
            return NO_KEY.format(key=link.key_id)
        return "" if hmac.compare_digest(made, link.mac) else FORGED

    def _out_of_line(self, link: AuditLink) -> str:
        if link.previous != self.mac:
            return LOOSE
        starts = self._marks.pop(link.number, set())
        if not all(link.mac.startswith(each) for each in starts):
            return NOTED.format(number=link.number)
        return ""


def _rows(session: Session, chain: int) -> Generator[Row, None, None]:
    query = (
        sa.select(AuditLink, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditLink.entry_id)
        .where(AuditLink.chain == chain)
        .order_by(AuditLink.number)
        .execution_options(yield_per=AT_ONCE)
    )
    with session.execute(query) as result:  # whoever stops at a broken link leaves rows unread
        yield from result


def _marks(session: Session, chain: int, known: Noted | None) -> dict[int, set[str]]:
    """The heads that were seen before, by number: each must be met again."""
    query = sa.select(AuditCheck.number, AuditCheck.mac).where(
        AuditCheck.chain == chain, AuditCheck.fault == "", AuditCheck.number > 0
    )
    newest = session.execute(query.order_by(AuditCheck.id.desc()).limit(1)).all()
    found: dict[int, set[str]] = {number: {mac} for number, mac in newest}
    if known is not None:
        found.setdefault(known.number, set()).add(known.start)
    return found


def _end(head: AuditHead, walk: _Walk) -> Fault | None:
    if (head.number, head.mac) == (walk.number, walk.mac):
        return None
    if head.number > walk.number:
        return Fault(walk.number + 1, None, CUT.format(head=head.number))
    return Fault(head.number + 1, None, BEYOND)


def _stray(session: Session, chain: int) -> Fault | None:
    """An entry that somebody wrote past the services: it hangs in no chain."""
    office = AuditEntry.office_id == chain if chain else AuditEntry.office_id.is_(None)
    linked = sa.exists().where(AuditLink.entry_id == AuditEntry.id)
    query = sa.select(AuditEntry).where(office, ~linked).order_by(AuditEntry.id).limit(1)
    found = session.scalars(query).first()
    return Fault(0, found.at, FOREIGN.format(entry=found.id)) if found else None
