"""What an office may begin a letter with: the built-in wordings, its copies of them, its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record, text_digest
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.mailings.letter import FIELDS, Letter, used_fields
from eventmail.offices.models import Office
from eventmail.offices.permissions import Action, Actor
from eventmail.wordings.builtin import TEXTS, Text, signed
from eventmail.wordings.models import Wording, WordingKind, WordingVersion

OUT_OF_DATE = said(
    "このひな形は、開いている間にほかの職員が保存しました。"
    "入力した内容は下に残っています。別の画面で最新の内容を確かめてから保存してください。"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A wording to choose. ``wording`` is None for a built-in one that nobody has changed."""

    kind: WordingKind
    text: Text
    wording: Wording | None = None

    @property
    def key(self) -> str:
        """Names it in forms: the occasion of a built-in one, else the number of the row."""
        return str(self.wording.id) if self.wording else self.kind.value

    @property
    def number(self) -> int:
        """How often it was written; 0 for a built-in one."""
        return self.wording.newest.number if self.wording else 0


def offers(session: Session, office: Office) -> list[Offer]:
    """All that may be chosen: one for each occasion, then what the office added."""
    rows = [each for each in all_of(session, office) if not each.retired]
    copies = {each.kind: each for each in rows if each.kind is not WordingKind.OWN}
    usual = [
        offer_of(copies[kind]) if kind in copies else standard(kind, office)
        for kind in WordingKind
        if kind is not WordingKind.OWN
    ]
    return usual + [offer_of(each) for each in rows if each.kind is WordingKind.OWN]


def offer_named(session: Session, office: Office, key: str) -> Offer:
    """The offer of that key; :class:`NotFound` if it is none of this office's."""
    for each in offers(session, office):
        if each.key == key:
            return each
    raise NotFound


def offer_for(session: Session, office: Office, kind: WordingKind) -> Offer:
    """What the office says on one of the usual occasions."""
    return next(each for each in offers(session, office) if each.kind is kind)


def standard(kind: WordingKind, office: Office) -> Offer:
    """The built-in wording of an occasion, signed with the office's name."""
    text = TEXTS[kind]
    return Offer(kind, Text(text.name, text.subject, signed(text.body, office.name)))


def all_of(session: Session, office: Office) -> list[Wording]:
    """The office's rows, those no longer offered included, oldest first."""
    query = sa.select(Wording).where(Wording.office_id == office.id)
    return list(session.scalars(query.order_by(Wording.id)))


def get_wording(session: Session, actor: Actor, wording_id: int, *, lock: bool = False) -> Wording:
    """One wording of the actor's office; :class:`NotFound` for any other."""
    query = sa.select(Wording).where(Wording.id == wording_id, Wording.office_id == actor.office.id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def add_wording(session: Session, actor: Actor, kind: WordingKind, text: Text) -> Wording:
    """A wording of the office's own, or its copy of a built-in one.

    A copy that was given up before is taken up again: all its versions stay together.
    """
    actor.require(Action.EDIT_MAILING)
    _require_known_fields(text)
    wording = _given_up(session, actor, kind) or _begun(session, actor, kind)
    if wording.versions and not wording.retired:
        raise UserError(OUT_OF_DATE)
    wording.retired = False
    _write(session, actor, wording, text)
    return wording


def change_wording(session: Session, actor: Actor, wording: Wording, text: Text, seen: int) -> None:
    """Write the next version. Raises :class:`UserError` if ``seen`` is not the newest."""
    actor.require(Action.EDIT_MAILING)
    _require_known_fields(text)
    if wording.newest.number != seen:
        raise UserError(OUT_OF_DATE)
    _write(session, actor, wording, text)


def set_retired(session: Session, actor: Actor, wording: Wording, retired: bool) -> None:
    """Offer a wording no more, or again. A built-in one stands in for its retired copy."""
    actor.require(Action.EDIT_MAILING)
    before, wording.retired = wording.retired, retired
    action = "wording.retired" if retired else "wording.offered"
    _audit(session, actor, action, wording, before={"retired": before}, after={"retired": retired})


def _given_up(session: Session, actor: Actor, kind: WordingKind) -> Wording | None:
    if kind is WordingKind.OWN:
        return None
    query = sa.select(Wording).where(Wording.office_id == actor.office.id, Wording.kind == kind)
    return session.scalar(query.with_for_update())


def _begun(session: Session, actor: Actor, kind: WordingKind) -> Wording:
    """A new row. The database takes one copy of each kind, whoever of two comes second."""
    wording = Wording(office_id=actor.office.id, kind=kind, retired=False)
    try:
        with session.begin_nested():
            session.add(wording)
    except IntegrityError as error:
        raise UserError(OUT_OF_DATE) from error
    return wording


def _write(session: Session, actor: Actor, wording: Wording, text: Text) -> None:
    before = _recordable(session, wording.newest) if wording.versions else None
    number = wording.newest.number + 1 if wording.versions else 1
    wording.versions.append(
        WordingVersion(
            number=number,
            name=text.name,
            subject=text.subject,
            body=text.body,
            written_by=actor.id,
            written_at=clock.now(),
        )
    )
    session.flush()
    after = _recordable(session, wording.newest)
    _audit(session, actor, "wording.written", wording, before=before, after=after, version=number)


def _require_known_fields(text: Text) -> None:
    for name in used_fields(Letter(text.subject, text.body)):
        if name not in FIELDS:
            raise UserError(
                said(
                    "差し込み項目「{{{name}}}」はありません。"
                    "項目のボタンから入れ直すか、かっこを消してください。",
                    name=name,
                )
            )


def offer_of(wording: Wording) -> Offer:
    """A row of the office as what may be chosen."""
    newest = wording.newest
    return Offer(wording.kind, Text(newest.name, newest.subject, newest.body), wording)


def _recordable(session: Session, version: WordingVersion) -> dict[str, str]:
    texts = {name: text_digest(session, getattr(version, name)) for name in ("subject", "body")}
    return {"name": version.name} | texts


def _audit(session: Session, actor: Actor, action: str, wording: Wording, **details: Any) -> None:
    subject = f"wording:{wording.id}"
    record(session, action, subject, office_id=wording.office_id, staff_id=actor.id, **details)
