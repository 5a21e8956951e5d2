"""Choosing by hand whom a mailing is for: out of the event's own roster, a page at a time.

Each page says which contacts it showed and which of them were ticked, so the choice of any number
needs no more form fields than one page has rows.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from eventmail.audit.service import record
from eventmail.database import table_of
from eventmail.errors import UserError
from eventmail.events.models import Contact, Participant, ParticipantStatus
from eventmail.language import said
from eventmail.mailings import service
from eventmail.mailings.audiences import chosen_ids
from eventmail.mailings.models import Audience, Chosen, Mailing
from eventmail.offices.permissions import Actor
from eventmail.roster.listing import PageOf, count_addressees, page_of

NOT_BY_HAND = said(
    "この案件の送信先は、一件ずつ選ぶ方法になっていません。"
    "本文の編集画面で「選んだ送信先だけ」を選んでから、この画面を開いてください。"
)
CHANGED = said(
    "名簿が変わったため、選んだ内容を保存しませんでした。画面を読み込み直して選び直してください。"
)
NO_SEARCH = said("まとめて選ぶときは、先に送信先を探してください。")


def candidates(
    session: Session, mailing: Mailing, text: str, wanted: int, *, only_chosen: bool = False
) -> PageOf[Contact]:
    """A page of those taking part, in the roster's order; ``text`` stands somewhere in them."""
    query = _matching(mailing, text)
    if only_chosen:
        query = query.where(Contact.id.in_(_chosen(mailing)))
    total = None if text or only_chosen else count_addressees(session, mailing.event)
    return page_of(session, query.order_by(Contact.source_row, Contact.id), wanted, total=total)


def choose(
    session: Session,
    actor: Actor,
    mailing: Mailing,
    version: int,
    shown: Collection[int],
    ticked: Collection[int],
) -> None:
    """Of the contacts that were shown, the ticked ones are chosen and the others are not.

    Raises :class:`UserError`, and changes nothing, if one of them is none of those taking part.
    """
    _begin(session, actor, mailing, version)
    taking_part = set(session.scalars(_ids(mailing).where(Contact.id.in_(shown))))
    if not set(ticked) <= set(shown) or taking_part != set(shown):
        raise UserError(CHANGED)
    before = chosen_ids(session, mailing) & set(shown)
    _take_out(session, mailing, before - set(ticked))
    _put_in(session, mailing, set(ticked) - before)
    _audit(session, actor, mailing)


def choose_found(
    session: Session, actor: Actor, mailing: Mailing, version: int, text: str, *, chosen: bool
) -> None:
    """All that a search finds are chosen, or are not; a search for nothing finds nobody."""
    if not text:
        raise UserError(NO_SEARCH)
    _begin(session, actor, mailing, version)
    found = set(session.scalars(_ids(mailing, text)))
    before = chosen_ids(session, mailing)
    if chosen:
        _put_in(session, mailing, found - before)
    else:
        _take_out(session, mailing, found & before)
    _audit(session, actor, mailing)


def drop_gone(session: Session, actor: Actor, mailing: Mailing, version: int) -> None:
    """Take out of the choice whoever takes part no more."""
    _begin(session, actor, mailing, version)
    _take_out(session, mailing, chosen_ids(session, mailing) - set(session.scalars(_ids(mailing))))
    _audit(session, actor, mailing)


def _begin(session: Session, actor: Actor, mailing: Mailing, version: int) -> None:
    service.begin_edit(session, actor, mailing, version)
    if mailing.audience is not Audience.CHOSEN:
        raise UserError(NOT_BY_HAND)


def _matching(mailing: Mailing, text: str = "") -> sa.Select[Contact]:
    query = (
        sa.select(Contact)
        .join(Contact.participant)
        .options(contains_eager(Contact.participant))
        .where(
            Contact.event_id == mailing.event_id,
            Contact.office_id == mailing.office_id,
            Contact.active,
            Participant.status == ParticipantStatus.ATTENDING,
        )
    )
    columns = (Participant.company, Contact.department, Contact.name, Contact.address)
    holds = sa.or_(*(each.icontains(text, autoescape=True) for each in columns))
    return query.where(holds) if text else query


def _ids(mailing: Mailing, text: str = "") -> sa.Select[int]:
    return _matching(mailing, text).with_only_columns(Contact.id)


def _chosen(mailing: Mailing) -> sa.Select[int]:
    return sa.select(Chosen.contact_id).where(Chosen.mailing_id == mailing.id)


def _put_in(session: Session, mailing: Mailing, contact_ids: Collection[int]) -> None:
    """Copied from the roster by the database itself: the key to the participant comes with it."""
    columns = ("mailing_id", "contact_id", "office_id", "event_id", "participant_id")
    rows = sa.select(
        sa.literal(mailing.id),
        Contact.id,
        Contact.office_id,
        Contact.event_id,
        Contact.participant_id,
    )
    ordered = sorted(contact_ids)
    for start in range(0, len(ordered), 500):
        some = rows.where(Contact.id.in_(ordered[start : start + 500]))
        session.execute(sa.insert(table_of(Chosen)).from_select(columns, some))


def _take_out(session: Session, mailing: Mailing, contact_ids: Collection[int]) -> None:
    ordered = sorted(contact_ids)
    for start in range(0, len(ordered), 500):
        some = Chosen.contact_id.in_(ordered[start : start + 500])
        session.execute(sa.delete(Chosen).where(Chosen.mailing_id == mailing.id, some))


def _audit(session: Session, actor: Actor, mailing: Mailing) -> None:
    record(
        session,
        "mailing.chosen",
        f"mailing:{mailing.id}",
        office_id=mailing.office_id,
        staff_id=actor.id,
        count=len(chosen_ids(session, mailing)),
    )
