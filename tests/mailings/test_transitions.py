"""Every state × every deed × every person, through the services and through the pages.

One table says what is allowed; whatever it does not name is refused with a sentence, and leaves
everything as it was.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import sample
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings import checking
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, MailingEditor, Snapshot
from eventmail.mailings.models import MailingState as S
from eventmail.mailings.review import TRANSITIONS, Deed
from eventmail.offices import service as offices
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor
from eventmail.outbox import service as outbox
from tests import settling
from tests.attacks.browser import Browser
from tests.attacks.world import Arena
from tests.conftest import Templates, opened
from tests.kinds import DATABASES, by_turns

PASSWORD = "a password of fifteen letters"
LEVELS = {
    S.DRAFT: "meeting",
    S.CHECKING: "submitted",
    S.APPROVING: "checked",
    S.SENDING: "approved",
    S.SENT: "approved",
    S.HALTED: "approved",
    S.REJECTED: "checked",
}
# Who: his roles, whether he wrote in the mailing, whether he is of this office.
PEOPLE: dict[str, tuple[tuple[Role, ...], bool, bool]] = {
    "an author": ((Role.AUTHOR,), False, True),
    "its author": ((Role.AUTHOR,), True, True),
    "a checker": ((Role.CHECKER,), False, True),
    "a checker who wrote in it": ((Role.CHECKER,), True, True),
    "an approver": ((Role.APPROVER,), False, True),
    "an approver who wrote in it": ((Role.APPROVER,), True, True),
    "somebody with every role who wrote in it": (tuple(Role), True, True),
    "somebody with every role of another office": (tuple(Role), False, False),
}
AUTHORS = {"an author", "its author", "somebody with every role who wrote in it"}
CHECKERS, APPROVERS = {"a checker"}, {"an approver"}
ALLOWED: dict[tuple[S, Deed], set[str]] = {
    (S.DRAFT, Deed.EDIT): AUTHORS,
    (S.DRAFT, Deed.ANSWER): AUTHORS,
    (S.DRAFT, Deed.SUBMIT): AUTHORS,
    (S.CHECKING, Deed.EDIT): AUTHORS,
    (S.CHECKING, Deed.WITHDRAW): AUTHORS,
    (S.CHECKING, Deed.LOOK): CHECKERS,
    (S.CHECKING, Deed.PASS_CHECK): CHECKERS,
    (S.CHECKING, Deed.RETURN_CHECK): CHECKERS,
    (S.APPROVING, Deed.EDIT): AUTHORS,
    (S.APPROVING, Deed.WITHDRAW): AUTHORS,
    (S.APPROVING, Deed.APPROVE): APPROVERS,
    (S.APPROVING, Deed.RETURN_APPROVAL): APPROVERS,
    (S.APPROVING, Deed.REJECT): APPROVERS,
    (S.HALTED, Deed.TAKE_UP_AGAIN): AUTHORS,
}


def is_allowed(state: S, deed: Deed, who: str) -> bool:
    """By the table; a return is the return of the look that is under way."""
    return who in ALLOWED.get((state, _same_button(state, deed)), set())


def _same_button(state: S, deed: Deed) -> Deed:
    if deed in (Deed.RETURN_CHECK, Deed.RETURN_APPROVAL):
        return Deed.RETURN_APPROVAL if state is S.APPROVING else Deed.RETURN_CHECK
    return deed


EVERYTHING = list(itertools.product(S, Deed, PEOPLE))
# What is done is done in SQL, on both. A refusal comes before it: on one of them, by turns.
THROUGH_SERVICES = [
    (kind, *each)
    for each in EVERYTHING
    for kind in (DATABASES if is_allowed(*each) else (by_turns(f"{each}"),))
]
# Both returns are one button: it stands on the page of whichever look is under way.
ON_PAGES = [
    (by_turns(f"pages {state, deed, who}"), state, deed, who)
    for state, deed, who in EVERYTHING
    if deed is not Deed.RETURN_APPROVAL and not is_allowed(state, deed, who)
]


@dataclass(frozen=True)
class Stage:
    """A mailing in one state, with everybody around it."""

    database: Database
    staff: dict[str, int]
    digest: str

    def actor(self, session: Session, who: str) -> Actor:
        return offices.actor_of(session, session.get_one(Staff, self.staff[who]))

    def facts(self) -> dict[str, object]:
        """Everything that a deed might have changed."""
        tables = ("reviews", "snapshots", "dispatches", "check_steps", "finding_answers", "lifts")
        tables += ("mailing_notices", "mailing_editors", "deliveries", "mailing_reached")
        with self.database.reading() as session:
            counted = {
                name: session.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in tables
            }
            columns = "state, version, subject, body, notice"
            rows = [tuple(r) for r in session.execute(sa.text(f"SELECT {columns} FROM mailings"))]
        return counted | {"mailings": rows}


@pytest.fixture(scope="module")
def stages(templates: Templates) -> Iterator[Callable[[str, S], Stage]]:
    """Each state's stage, made once: a refusal leaves it as it was, a deed is taken back."""
    made: dict[tuple[str, S], Stage] = {}

    def stage(kind: str, state: S) -> Stage:
        if (kind, state) not in made:
            made[kind, state] = _stage(opened(templates.copy(kind, LEVELS[state])), state)
        return made[kind, state]

    yield stage
    for each in made.values():
        each.database.dispose()


def _stage(database: Database, state: S) -> Stage:
    with database.writing() as session:
        here = session.scalars(sa.select(Office)).one()
        there = offices.add_office(session, "みどり野労働局", "となりの所")
        mailing = session.scalars(sa.select(Mailing)).one()
        if state is S.REJECTED:
            approver = session.scalars(sa.select(Staff).where(Staff.login == "kessai")).one()
            digest = session.scalars(sa.select(Snapshot.digest)).one()
            mailings.reject(session, Actor(approver, here), mailing, digest, "行わない")
        staff = {}
        for number, (who, (roles, wrote, own)) in enumerate(PEOPLE.items()):
            office = here if own else there
            person = settling.add_staff(session, office, f"p{number}", who, PASSWORD, roles)
            staff[who] = person.id
            if wrote:
                session.add(MailingEditor(mailing_id=mailing.id, staff_id=person.id))
        if state is S.HALTED:
            assert mailing.latest is not None
            outbox.halt(session, mailing.latest, "test", "止めました。")
        elif state is S.SENT:
            mailing.state = S.SENT
    with database.reading() as session:
        digest = session.scalar(sa.select(Snapshot.digest)) or ""
        assert session.scalars(sa.select(Mailing.state)).one() is state
    return Stage(database, staff, digest)


def _draft(mailing: Mailing) -> mailings.Draft:
    written = ("目的", "別の件名", mailing.body, frozenset[int](), mailing.version)
    return mailings.Draft(*written, expected_count=mailing.expected_count)


def _pass(session: Session, who: Actor, mailing: Mailing, digest: str) -> None:
    if mailing.state is S.CHECKING:
        sample.look_through(session, who, mailing)
    else:
        mailings.check(session, who, mailing, digest)


SERVICES: dict[Deed, Callable[[Session, Actor, Mailing, str], object]] = {
    Deed.EDIT: lambda s, a, m, d: mailings.save_draft(s, a, m, _draft(m)),
    Deed.ANSWER: lambda s, a, m, d: mailings.answer(s, a, m, [], {}),
    Deed.SUBMIT: lambda s, a, m, d: mailings.submit(s, a, m),
    Deed.WITHDRAW: lambda s, a, m, d: mailings.withdraw(s, a, m),
    Deed.LOOK: lambda s, a, m, d: checking.count(s, a, m, d, 30),
    Deed.PASS_CHECK: _pass,
    Deed.RETURN_CHECK: lambda s, a, m, d: mailings.give_back(s, a, m, d, "理由"),
    Deed.APPROVE: lambda s, a, m, d: outbox.start(s, mailings.approve(s, a, m, d)),
    Deed.RETURN_APPROVAL: lambda s, a, m, d: mailings.give_back(s, a, m, d, "理由"),
    Deed.REJECT: lambda s, a, m, d: mailings.reject(s, a, m, d, "理由"),
    Deed.TAKE_UP_AGAIN: lambda s, a, m, d: outbox.take_up_again(s, a, m),
}


def test_the_table_of_the_code_names_the_same() -> None:
    assert set(TRANSITIONS) == set(ALLOWED)


@pytest.mark.parametrize(("kind", "state", "deed", "who"), THROUGH_SERVICES)
def test_through_the_services(
    stages: Callable[[str, S], Stage], kind: str, state: S, deed: Deed, who: str
) -> None:
    stage = stages(kind, state)
    before = stage.facts()
    allowed = is_allowed(state, deed, who)
    refusal = ""
    with stage.database.writing() as session:
        try:
            actor = stage.actor(session, who)
            mailing = mailings.get_mailing(session, actor, 1, lock=True)
            SERVICES[deed](session, actor, mailing, stage.digest)
            session.flush()
            reached = mailing.state
        except UserError as error:
            refusal = error.message
        if allowed:
            session.rollback()
    if allowed:
        assert refusal == ""
        assert reached is TRANSITIONS[(state, _same_button(state, deed))].to
    else:
        assert refusal.endswith("。"), "one sentence says why"
    assert stage.facts() == before


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Arena:
    return Arena(tmp_path_factory.mktemp("arena"))


LETTER = {"purpose": "目的", "subject": "別の件名", "body": "別の本文", "expected_count": "30"}
POSTS: dict[Deed, tuple[str, dict[str, str]]] = {
    Deed.EDIT: ("letter", LETTER),
    Deed.ANSWER: ("answers", {}),
    Deed.SUBMIT: ("submit", {}),
    Deed.WITHDRAW: ("withdraw", {}),
    Deed.LOOK: ("check/recipients", {"counted": "30"}),
    Deed.PASS_CHECK: ("check", {}),
    Deed.RETURN_CHECK: ("return", {"reason": "理由"}),
    Deed.APPROVE: ("approve", {"password": PASSWORD}),
    Deed.REJECT: ("reject", {"grounds": "理由"}),
    Deed.TAKE_UP_AGAIN: ("take-up-again", {}),
}
SENTENCES = re.compile(
    r'(?:role="alert"|<h1>受け付けられませんでした).*?。|<h1>お探しのものが見つかりません', re.S
)


@pytest.mark.parametrize(("kind", "state", "deed", "who"), ON_PAGES)
def test_through_the_pages(
    stages: Callable[[str, S], Stage], arena: Arena, kind: str, state: S, deed: Deed, who: str
) -> None:
    stage = stages(kind, state)
    before = stage.facts()
    browser = Browser(arena.app(stage.database), stage.staff[who])
    path, typed = POSTS[deed]
    version = {"version": str(before["mailings"][0][1])}  # type: ignore[index]
    answer = browser.post(f"/mailings/1/{path}", typed | version | {"digest": stage.digest})
    own = PEOPLE[who][2]
    assert answer.status_code in ((403, 409) if own else (404,)), answer.get_data(as_text=True)
    assert SENTENCES.search(html.unescape(answer.get_data(as_text=True)))
    assert stage.facts() == before
