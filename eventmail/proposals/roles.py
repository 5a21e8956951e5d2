"""Who may do what in an office: a person's roles, none of which anybody gives alone."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.errors import NotFound, UserError
from eventmail.language import listed, said
from eventmail.offices.models import Membership, Role, Staff
from eventmail.offices.permissions import ROLE_NAMES
from eventmail.offices.settings import Value
from eventmail.proposals.kinds import Kind, Place, Row, add, stored

NONE = said("なし")
INACTIVE = said("職員「{name}」は利用を止められているため、役割を変えられません。")
KEEPS = said(
    "「{name}」はこの所でただ1人の管理者のため、管理者の役割を外せません。"
    "先に、ほかの職員を管理者にしてください。"
)
STRANGE = said("役割を選び直してください。")
DECIDES = said("「{roles}」は、設定の変更を認められる役割です。")
SENDS = said("「{roles}」は、参加事業所の名前とアドレスを扱い、送信に関わる役割です。")
READS = said("「{roles}」は、所のすべての記録を見られる役割です。")
TAKEN = said("「{roles}」の仕事はできなくなります。担当している案件がないか確かめてください。")
MEANINGS = (
    (DECIDES, (Role.MANAGER, Role.APPROVER)),
    (SENDS, (Role.AUTHOR, Role.CHECKER, Role.APPROVER)),
    (READS, (Role.AUDITOR,)),
)


def in_words(value: Value) -> str:
    """The Japanese names of roles, in the order of the table."""
    names = [ROLE_NAMES[role] for role in Role if role.value in value]
    return listed(names, said("・")) if names else NONE


def _person(session: Session, place: Place) -> Staff:
    found = session.get(Staff, int(place.subject)) if place.subject.isdecimal() else None
    if found is None:
        raise NotFound
    return found


def _check(session: Session, place: Place, after: Value) -> Value:
    person = _person(session, place)
    if not person.active and set(after) - set(place.now(session)):
        raise UserError(INACTIVE.format(name=person.name))
    if not set(after) <= {role.value for role in Role}:
        raise UserError(STRANGE)
    if _takes_the_last_manager(session, place, after):
        raise UserError(KEEPS.format(name=person.name))
    return sorted(set(after))


def _takes_the_last_manager(session: Session, place: Place, after: Value) -> bool:
    """Nobody could propose or confirm anything about the office's staff any more."""
    manager = Role.MANAGER.value
    if manager in after or manager not in place.now(session):
        return False
    others = sa.select(Membership.staff_id).join(Staff, Staff.id == Membership.staff_id)
    here = others.where(Membership.office_id == place.office_id, Membership.role == Role.MANAGER)
    return session.scalar(here.where(Staff.active, Staff.id != int(place.subject))) is None


def _meaning(before: Value, after: Value) -> str:
    given, taken = set(after) - set(before), set(before) - set(after)
    told = [
        sentence.format(roles=in_words(named))
        for sentence, roles in MEANINGS
        if (named := given & {role.value for role in roles})
    ]
    return listed([*told, *([TAKEN.format(roles=in_words(taken))] if taken else [])], "")


READ, APPLY = stored("roles")
ROLES = add(
    Kind(
        name="roles",
        title=said("職員の役割"),
        read=READ,
        apply=APPLY,
        describe=lambda before, after: [Row(said("役割"), in_words(before), in_words(after))],
        meaning=_meaning,
        about=lambda session, place: _person(session, place).name,
        check=_check,
    )
)
