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
from eventmail.offices.permissions import Action, Actor

NO_TEXT = "何があったかを入力してください。"
NO_REASON = "{what}理由を1文で入力してください。元の記録も、理由と一緒に残ります。"
FUTURE = "日時が先になっています。実際にあった日時を入力してください。"
NAMES = (
    "「外に出すときの文」に、職員か事業所の名前があります。"
    "「職員」「事業所」などに書きかえてください（例：{instead}）。"
)
SAME = "内容がいまの記録と同じです。直すところを書きかえてから保存してください。"


@dataclass(frozen=True, slots=True)
class Words:
    """What is told: when it was, in which words, and in which for others (empty: made of those)."""

    at: datetime
    text: str
    public: str = ""


def add(session: Session, actor: Actor, incident: Incident, words: Words) -> str:
    """Add a line by hand; returns its key."""
    _begin(session, actor, incident, Action.RESPOND)
    said = _checked(session, incident, words)
    key = f"{BY_HAND}{secrets.token_hex(8)}"
    rows.write(session, actor, incident, Chronicled, 0, {"key": key}, **_values(said))
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
    said = _checked(session, incident, words)
    if (said.at, said.text, said.public) == (entry.at, entry.text, _own_public(entry)):
        raise UserError(SAME)
    _write(session, actor, incident, entry, seen, said, _reason(note, "直す"), hidden=entry.hidden)
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
    reason = _reason(note, "載せない" if hidden else "また載せる")
    said = Words(entry.at, entry.text, _own_public(entry))
    _write(session, actor, incident, entry, seen, said, reason, hidden=hidden)
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
    said: Words,
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
        **_values(said),
    )


def _own_public(entry: Entry) -> str:
    return entry.public if entry.own_words else ""


def _values(said: Words) -> dict[str, object]:
    return {"happened_at": said.at, "text": said.text, "public": said.public}


def _checked(session: Session, incident: Incident, words: Words) -> Words:
    if not words.text.strip():
        raise UserError(NO_TEXT)
    if words.at > clock.now() + service.A_MINUTE:
        raise UserError(FUTURE)
    public = service.plain(words.public, "外に出すときの文")
    instead = Anonymous(*chronology.names(session, incident), [public])(public)
    if instead != public:
        raise UserError(NAMES.format(instead=instead))
    return Words(words.at, service.plain(words.text, "あったこと"), public)


def _reason(note: str, what: str) -> str:
    if not note.strip():
        raise UserError(NO_REASON.format(what=what))
    return service.plain(note, "理由")
