"""Every state of a proposal and everything that anybody can do to it: one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.offices import service as offices
from eventmail.offices.models import Office
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.offices.setting_models import Basis, Proposal, SettingChange, Verdict
from eventmail.proposals import mailboxes, roles, sending, service
from eventmail.proposals.service import (
    EXPIRED,
    NO_CHANGE,
    NO_GROUNDS,
    NO_REASON,
    NOT_OWN,
    NOT_SAFER,
    OTHER_DIGEST,
    OVER,
    OWN,
    WAITING,
)
from eventmail.sample import People

ON = {"allowed": True, "size": 20}
OFF = {"allowed": False, "size": 50}


class Undone(Exception):
    """Takes back what a case did."""


@contextmanager
def tried(database: Database) -> Iterator[Session]:
    """A transaction of which nothing stays."""
    try:
        with database.writing() as session:
            yield session
            raise Undone
    except Undone:
        return


def proposed(session: Session, people: People) -> Proposal:
    place = sending.BATCHES.at(people.manager.office.id)
    return service.propose(session, people.manager, place, ON, "案内が多いため")


def elsewhere(session: Session, people: People) -> None:
    """The setting changes by another way; the engine is not told."""
    place = sending.BATCHES.at(people.manager.office.id)
    service.make_safer(session, people.approver, place, {"allowed": False, "size": 40})


State = Callable[[Session, People, Proposal], None]
STATES: dict[str, State] = {
    "waiting": lambda s, p, m: None,
    "confirmed": lambda s, p, m: ignore(service.confirm(s, p.approver, m, m.digest)),
    "declined": lambda s, p, m: service.decline(s, p.approver, m, m.digest, "不要"),
    "withdrawn": lambda s, p, m: service.withdraw(s, p.manager, m),
    "lapsed": lambda s, p, m: elsewhere(s, p),
    "expired": lambda s, p, m: None,
}
Act = Callable[[Session, People, Proposal], object]
ACTS: dict[str, Act] = {
    "another confirms": lambda s, p, m: service.confirm(s, p.approver, m, m.digest),
    "the proposer confirms": lambda s, p, m: service.confirm(s, p.manager, m, m.digest),
    "somebody without the role confirms": lambda s, p, m: service.confirm(s, p.author, m, m.digest),
    "another confirms something else": lambda s, p, m: service.confirm(s, p.approver, m, "0" * 64),
    "another declines": lambda s, p, m: service.decline(s, p.approver, m, m.digest, "不要"),
    "another declines without saying why": lambda s, p, m: service.decline(
        s, p.approver, m, m.digest, " "
    ),
    "the proposer declines": lambda s, p, m: service.decline(s, p.manager, m, m.digest, "不要"),
    "the proposer withdraws": lambda s, p, m: service.withdraw(s, p.manager, m),
    "another withdraws": lambda s, p, m: service.withdraw(s, p.approver, m),
}
WAITS = {
    "another confirms": Verdict.CONFIRMED,
    "the proposer confirms": OWN,
    "another confirms something else": OTHER_DIGEST,
    "another declines": Verdict.DECLINED,
    "another declines without saying why": NO_GROUNDS,
    "the proposer declines": OWN,
    "the proposer withdraws": Verdict.WITHDRAWN,
    "another withdraws": NOT_OWN,
}
NOT_HIS = "この操作は決裁者・所の管理者の役割を持つ職員だけができます。"


def ignore(_answer: object) -> None:
    """For lambdas that give nothing back."""


def expected(state: str, act: str) -> object:
    if act == "somebody without the role confirms":
        return NOT_HIS
    if state == "waiting":
        return WAITS[act]
    return EXPIRED if state == "expired" else OVER


def test_every_state_and_every_act(database: Database, people: People) -> None:
    found = {}
    for state, reach in STATES.items():
        for act, do in ACTS.items():
            with tried(database) as session:
                made = proposed(session, people)
                reach(session, people, made)
                later = timedelta(days=14) if state == "expired" else timedelta()
                with time_machine.travel(clock.now() + later):
                    found[state, act] = outcome(session, people, made, do)
    assert found == {each: expected(*each) for each in found}
    assert len(found) == len(STATES) * len(ACTS)


def outcome(session: Session, people: People, made: Proposal, do: Act) -> object:
    """How the proposal ended, or the sentence; what was refused has changed nothing."""
    before = sending.BATCHES.at(made.office_id).now(session)
    try:
        do(session, people, made)
    except UserError as error:
        assert sending.BATCHES.at(made.office_id).now(session) == before
        return error.message
    assert made.decision is not None
    now = sending.BATCHES.at(made.office_id).now(session)
    assert now == (ON if made.decision.verdict is Verdict.CONFIRMED else OFF)
    return made.decision.verdict


def test_what_is_confirmed_is_in_force_and_written_down(database: Database, people: People) -> None:
    with database.writing() as session:
        made = proposed(session, people)
    with database.writing() as session:
        again = service.get(session, people.approver, made.id)
        assert service.confirm(session, people.approver, again, made.digest) is Verdict.CONFIRMED
    with database.reading() as session:
        office = session.get_one(Office, people.author.office.id)
        assert (office.batches_allowed, office.batch_size) == (True, 20)
        change = session.scalars(
            sa.select(SettingChange).where(SettingChange.proposal_id == made.id)
        ).one()
        assert (change.basis, change.staff_id) == (Basis.CONFIRMED, people.approver.id)
        told = {
            entry.action: (entry.staff_id, entry.before, entry.after)
            for entry in session.scalars(sa.select(AuditEntry))
            if entry.subject == f"proposal:{made.id}"
        }
    values = (
        {"BCC一括送信": "認めない", "一度に渡すあて先": "50件まで"},
        {"BCC一括送信": "認める", "一度に渡すあて先": "20件まで"},
    )
    assert told == {
        "setting.proposed": (people.manager.id, *values),
        "setting.confirmed": (people.approver.id, *values),
    }


def test_a_value_that_changed_meanwhile_lets_the_proposal_lapse(
    database: Database, people: People
) -> None:
    """Even where nobody noticed when it changed: nothing is half applied."""
    with tried(database) as session:
        made = proposed(session, people)
        place = sending.BATCHES.at(made.office_id)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(service, "_lapse_all", lambda *_: None)
            elsewhere(session, people)
        assert service.confirm(session, people.approver, made, made.digest) is Verdict.LAPSED
        assert made.decision is not None
        assert made.decision.staff_id is None
        assert place.now(session) == {"allowed": False, "size": 40}


PROPOSING: dict[str, tuple[Callable[[Session, People], object], object]] = {
    "what is there already": (
        lambda s, p: service.propose(s, p.manager, at(p), OFF, "x"),
        NO_CHANGE,
    ),
    "without a reason": (lambda s, p: service.propose(s, p.manager, at(p), ON, " "), NO_REASON),
    "beside another": (
        lambda s, p: (proposed(s, p), service.propose(s, p.approver, at(p), ON, "x")),
        WAITING,
    ),
    "without the role": (lambda s, p: service.propose(s, p.checker, at(p), ON, "x"), Forbidden),
    "of another office": (
        lambda s, p: service.propose(s, p.manager, sending.BATCHES.at(99), ON, "x"),
        NotFound,
    ),
    "a batch of nobody": (
        lambda s, p: service.propose(s, p.manager, at(p), {"allowed": True, "size": 0}, "x"),
        sending.WRONG_SIZE,
    ),
    "alone, what is not safer": (
        lambda s, p: service.make_safer(s, p.approver, at(p), ON),
        NOT_SAFER,
    ),
    "alone, somebody's role": (
        lambda s, p: service.make_safer(s, p.approver, of(p.author), ["author", "checker"]),
        NOT_SAFER,
    ),
    "a mailbox that is there": (
        lambda s, p: service.propose(
            s, p.manager, box(s, p, "INFO@himesato-anteisho.example"), {"name": "別"}, "x"
        ),
        mailboxes.TAKEN.format(address="INFO@himesato-anteisho.example"),
    ),
}


def at(people: People) -> service.Place:
    return sending.BATCHES.at(people.manager.office.id)


def of(who: Actor) -> service.Place:
    return roles.ROLES.at(who.office.id, str(who.id))


def box(_session: Session, people: People, address: str) -> service.Place:
    return mailboxes.place_of(people.manager.office.id, address)


def test_what_cannot_be_proposed(database: Database, people: People) -> None:
    found = {}
    for name, (act, _) in PROPOSING.items():
        with tried(database) as session:
            try:
                act(session, people)
            except UserError as error:
                wanted = PROPOSING[name][1]
                found[name] = type(error) if isinstance(wanted, type) else error.message
    assert found == {name: wanted for name, (_, wanted) in PROPOSING.items()}


def test_the_command_line_proposes_and_one_of_the_office_confirms(
    database: Database, people: People
) -> None:
    with tried(database) as session:
        made = service.propose(session, None, at(people), ON, "依頼のため")
        assert made.proposer_id is None
        assert service.confirm(session, people.manager, made, made.digest) is Verdict.CONFIRMED


def test_a_role_is_given_and_taken(database: Database, people: People) -> None:
    with tried(database) as session:
        person = offices.add_person(
            session, people.author.office, "new", "新人", "long enough password"
        )
        place = roles.ROLES.at(people.author.office.id, str(person.id))
        for wanted in (["author", "checker"], ["checker"], []):
            made = service.propose(session, people.manager, place, wanted, "異動のため")
            service.confirm(session, people.approver, made, made.digest)
            held = person.roles_in(people.author.office.id)
            assert sorted(role.value for role in held) == wanted


def test_a_mailbox_is_added_renamed_and_removed(database: Database, people: People) -> None:
    with tried(database) as session:
        place = box(session, people, "shokai@himesato-anteisho.example")
        for wanted in ({"name": '紹介 "部門" \\'}, {"name": "紹介部門"}, None):
            made = service.propose(session, people.manager, place, wanted, "部門のため")
            service.confirm(session, people.approver, made, made.digest)
            assert place.now(session) == wanted
