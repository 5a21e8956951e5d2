"""The author's answers to what the rules saw, and how both are frozen with the snapshot."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.mailings.findings import Finding, Level, is_liftable
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.mailings.people import audit, note_editors
from eventmail.mailings.review import Deed, transition
from eventmail.mailings.review_models import FindingAnswer, SnapshotFinding
from eventmail.offices.permissions import Actor

LONGEST = 500
TOO_LONG = said("回答は{most}文字以内で入力してください。", most=LONGEST)


class Unanswered(UserError):
    """The draft has findings that wait for an answer; nothing was submitted."""

    def __init__(self, found: Sequence[Finding]) -> None:
        super().__init__(
            said(
                "回答していない指摘が{found}件あるため、提出できません。"
                "それぞれに、このまま送ってよい理由を入力してください。",
                found=len(found),
            )
        )
        self.findings = found


def stands_in_the_way(finding: Finding) -> bool:
    """Whether nothing can be submitted, whatever is answered."""
    return finding.blocks and not is_liftable(finding)


def must_be_answered(finding: Finding) -> bool:
    """Whether the reviewers must be able to read why it is sent all the same."""
    return finding.level is Level.WARN or is_liftable(finding)


def to_answer(found: Iterable[Finding]) -> list[Finding]:
    """The findings that want an answer, each once."""
    return list({each.key: each for each in found if must_be_answered(each)}.values())


def answers(session: Session, mailing: Mailing) -> dict[str, FindingAnswer]:
    """All answers ever given to the draft, by the key of their finding.

    One whose finding is gone, or says something else by now, answers nothing.
    """
    query = sa.select(FindingAnswer).where(FindingAnswer.mailing_id == mailing.id)
    return {each.key: each for each in session.scalars(query)}


def unanswered(session: Session, mailing: Mailing, found: Iterable[Finding]) -> list[Finding]:
    """The findings that still wait for their answer."""
    given = answers(session, mailing)
    return [each for each in to_answer(found) if each.key not in given]


def answer(
    session: Session,
    actor: Actor,
    mailing: Mailing,
    found: Iterable[Finding],
    given: Mapping[str, str],
) -> None:
    """Keep what the author answered, by key; an empty text takes an answer back."""
    moved = transition(mailing.state, Deed.ANSWER)
    actor.require(moved.needs)
    if any(len(text) > LONGEST for text in given.values()):
        raise UserError(TOO_LONG)
    before = answers(session, mailing)
    for key in [each.key for each in to_answer(found) if each.key in given]:
        text, stored = given[key].strip(), before.get(key)
        if stored is not None and text != stored.answer:
            session.delete(stored)
            session.flush()
        if text and (stored is None or text != stored.answer):
            now = clock.now()
            session.add(
                FindingAnswer(
                    mailing_id=mailing.id, key=key, answer=text, staff_id=actor.id, at=now
                )
            )
    note_editors(session, mailing, {actor.id})
    audit(session, mailing, "mailing.answered", actor)


def freeze_findings(
    session: Session, mailing: Mailing, snapshot: Snapshot, found: Iterable[Finding]
) -> None:
    """Write the findings with their answers down for good, as the reviewers shall see them."""
    given = answers(session, mailing)
    for position, finding in enumerate({each.key: each for each in found}.values(), start=1):
        answered = given.get(finding.key) if must_be_answered(finding) else None
        places = [dataclasses.asdict(each) for each in finding.places]
        session.add(
            SnapshotFinding(
                snapshot_id=snapshot.id,
                position=position,
                office_id=snapshot.office_id,
                event_id=snapshot.event_id,
                code=finding.code,
                level=finding.level,
                message=finding.message,
                place=json.dumps(places, ensure_ascii=False),
                material=finding.place.material if finding.place else "",
                answer=answered.answer if answered else "",
                answered_by=answered.staff_id if answered else None,
                answered_at=answered.at if answered else None,
            )
        )
    session.flush()


def findings_of(session: Session, snapshot: Snapshot) -> list[SnapshotFinding]:
    """What was frozen with a snapshot, the weightiest first."""
    query = (
        sa.select(SnapshotFinding)
        .where(SnapshotFinding.snapshot_id == snapshot.id)
        .order_by(SnapshotFinding.position)
    )
    weights = {Level.BLOCK: 0, Level.WARN: 1, Level.NOTE: 2}
    return sorted(session.scalars(query), key=lambda each: weights[each.level])


def unseen_materials(session: Session, snapshot: Snapshot) -> frozenset[str]:
    """The SHA-256 of the materials whose block only the approver may lift."""
    query = sa.select(SnapshotFinding.material).where(
        SnapshotFinding.snapshot_id == snapshot.id, SnapshotFinding.level == Level.BLOCK
    )
    return frozenset(session.scalars(query))


def erase_answers(session: Session, snapshot: Snapshot) -> None:
    """Part of the one erasure of a snapshot's people: what was seen and said of them goes too."""
    session.execute(
        sa.update(SnapshotFinding)
        .where(SnapshotFinding.snapshot_id == snapshot.id)
        .values(message="", place="{}", answer="")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.delete(FindingAnswer)
        .where(FindingAnswer.mailing_id == snapshot.mailing_id)
        .execution_options(synchronize_session=False)
    )
