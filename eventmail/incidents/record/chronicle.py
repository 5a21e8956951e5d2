"""People add to the chronology, correct it with a note, and leave out with a reason."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.incidents import service
from eventmail.incidents.models import Incident
from eventmail.incidents.record import chronology, rows
from eventmail.incidents.record.chronology import BY_HAND, Entry
from eventmail.incidents.record.models import Chronicled
from eventmail.incidents.record.naming import Anonymous
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor

NO_TEXT = said("何があったかを入力してください。")
# Each says what is done, to whoever gives no reason for it.
NO_REASON_TO_CORRECT = said("直す理由を1文で入力してください。元の記録も、理由と一緒に残ります。")
NO_REASON_TO_LEAVE_OUT = said(
    "載せない理由を1文で入力してください。元の記録も、理由と一緒に残ります。"
)
NO_REASON_TO_PUT_BACK = said(
    "また載せる理由を1文で入力してください。元の記録も、理由と一緒に残ります。"
)
FUTURE = said("日時が先になっています。実際にあった日時を入力してください。")
NAMES = said(
    "「外に出すときの文」に、職員か事業所の名前があります。"
    "「職員」「事業所」などに書きかえてください（例：{instead}）。"
)
SAME = said("内容がいまの記録と同じです。直すところを書きかえてから保存してください。")


@dataclass(frozen=True, slots=True)
class Words:
    """What is told: when it was, in which words, and in which for others (empty: made of those)."""

    at: datetime
    text: str
    public: str = ""


def add(session: Session, actor: Actor, incident: Incident, words: Words) -> str:
    """Add a line by hand; returns its key."""
    _begin(session, actor, incident, Action.RESPOND)
    checked = _checked(session, incident, words)
    key = f"{BY_HAND}{secrets.token_hex(8)}"
    rows.write(session, actor, incident, Chronicled, 0, {"key": key}, **_values(checked))
    service.audit(session, incident, "incident.chronicle_added", actor)
    return key


def correct(
    session: Session,
    actor: Actor,
    incident: Incident,
    key: str,
    seen: int,
    words: Words,
    note: str,
) -> None:
    """Other words or another time for a line, with a note why. What it said stays to be seen."""
    _begin(session, actor, incident, Action.RESPOND)
    entry = _entry(session, incident, key)
    checked = _checked(session, incident, words)
    if (checked.at, checked.text, checked.public) == (entry.at, entry.text, _own_public(entry)):
        raise UserError(SAME)
    _write(
        session,
        actor,
        incident,
        entry,
        seen,
        checked,
        _reason(note, NO_REASON_TO_CORRECT),
        hidden=entry.hidden,
    )
    service.audit(session, incident, "incident.chronicle_corrected", actor)


def leave_out(
    session: Session, actor: Actor, incident: Incident, key: str, seen: int, note: str
) -> None:
    """Leave a line out of every chronology; it stays in the record with its reason."""
    _hide(session, actor, incident, key, seen, note, hidden=True)


def put_back(
    session: Session, actor: Actor, incident: Incident, key: str, seen: int, note: str
) -> None:
    """Take it in again."""
    _hide(session, actor, incident, key, seen, note, hidden=False)


def _hide(
    session: Session,
    actor: Actor,
    incident: Incident,
    key: str,
    seen: int,
    note: str,
    *,
    hidden: bool,
) -> None:
    _begin(session, actor, incident, Action.LEAD_RESPONSE)
    entry = _entry(session, incident, key)
    if entry.hidden == hidden:
        raise UserError(rows.CHANGED)
    reason = _reason(note, NO_REASON_TO_LEAVE_OUT if hidden else NO_REASON_TO_PUT_BACK)
    words = Words(entry.at, entry.text, _own_public(entry))
    _write(session, actor, incident, entry, seen, words, reason, hidden=hidden)
    act = "incident.chronicle_left_out" if hidden else "incident.chronicle_put_back"
    service.audit(session, incident, act, actor)


def _begin(session: Session, actor: Actor, incident: Incident, action: Action) -> None:
    actor.require(action)
    if incident.office_id != actor.office.id:
        raise NotFound
    service.hold(session, incident)
    service.require_open(incident)


def _entry(session: Session, incident: Incident, key: str) -> Entry:
    found = chronology.find(session, incident, key)
    if found is None:
        raise NotFound
    return found


def _write(
    session: Session,
    actor: Actor,
    incident: Incident,
    entry: Entry,
    seen: int,
    words: Words,
    note: str,
    *,
    hidden: bool,
) -> None:
    # What the line says by itself today; from then on a difference can be told.
    original = "" if entry.by_hand else entry.overtaken or entry.original or entry.text
    rows.write(
        session,
        actor,
        incident,
        Chronicled,
        seen,
        {"key": entry.key},
        original=original,
        hidden=hidden,
        note=note,
        **_values(words),
    )


def _own_public(entry: Entry) -> str:
    return entry.public if entry.own_words else ""


def _values(words: Words) -> dict[str, object]:
    return {"happened_at": words.at, "text": words.text, "public": words.public}


def _checked(session: Session, incident: Incident, words: Words) -> Words:
    if not words.text.strip():
        raise UserError(NO_TEXT)
    if words.at > clock.now() + service.A_MINUTE:
        raise UserError(FUTURE)
    public = service.plain(words.public, said("外に出すときの文"))
    instead = Anonymous(*chronology.names(session, incident), [public])(public)
    if instead != public:
        raise UserError(NAMES.format(instead=instead))
    return Words(words.at, service.plain(words.text, said("あったこと")), public)


def _reason(note: str, otherwise: str) -> str:
    if not note.strip():
        raise UserError(otherwise)
    return service.plain(note, said("理由"))
