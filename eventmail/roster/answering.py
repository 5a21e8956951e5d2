"""What a person says to the rows and the questions of an import."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.permissions import Actor
from eventmail.roster.models import Answer, RosterImport, RosterRow
from eventmail.roster.pending import OUT_OF_DATE, audit, plan_again, require_pending
from eventmail.roster.planning import ALARM, QUESTION, all_alarms
from eventmail.roster.service import reading_of
from eventmail.roster.storing import fingerprint, is_open, row_of


def answer(
    session: Session, actor: Actor, roster_import: RosterImport, answers: Mapping[str, Answer]
) -> None:
    """Keep what a person said to rows: take, leave, or nothing yet."""
    require_pending(actor, roster_import)
    query = sa.select(RosterRow).where(
        RosterRow.import_id == roster_import.id, RosterRow.key.in_(answers)
    )
    rows = [(row, answers[row.key]) for row in session.scalars(query)]
    _keep_answers(roster_import, rows)
    plan_again(roster_import)
    audit(session, actor.id, "roster.answered", roster_import, count=len(rows))


def answer_all(
    session: Session, actor: Actor, roster_import: RosterImport, code: str, said: Answer
) -> int:
    """The same answer for every open row with this one reason; returns how many they were."""
    require_pending(actor, roster_import)
    query = sa.select(RosterRow).where(
        RosterRow.import_id == roster_import.id, is_open(), RosterRow.codes == code
    )
    rows = [row for row in session.scalars(query) if said is not Answer.TAKE or row.takeable]
    _keep_answers(roster_import, [(row, said) for row in rows])
    plan_again(roster_import)
    audit(session, actor.id, "roster.answered", roster_import, count=len(rows), code=code)
    return len(rows)


def confirm_notice(
    session: Session, actor: Actor, roster_import: RosterImport, kind: str, code: str
) -> None:
    """Keep that a person has looked at a question about the file, or at an alarm."""
    require_pending(actor, roster_import)
    known = {ALARM + each.key for each in all_alarms(roster_import)}
    known |= {QUESTION + each.code for each in reading_of(roster_import).questions}
    if f"{kind}:{code}" not in known:
        raise UserError(OUT_OF_DATE)
    roster_import.answers = roster_import.answers | {f"{kind}:{code}": actor.id}
    roster_import.stamp += 1
    audit(session, actor.id, "roster.notice_confirmed", roster_import, notice=f"{kind}:{code}")


def _keep_answers(roster_import: RosterImport, answers: list[tuple[RosterRow, Answer]]) -> None:
    kept = dict(roster_import.answers)
    for stored, given in answers:
        if given is Answer.TAKE and not stored.takeable:
            raise UserError(
                said(
                    "{key}行目は、このままでは取り込めません。値を直すか、"
                    "「取り込まない」を選んでください。",
                    key=stored.key,
                )
            )
        stored.answer = given.value
        kept[stored.key] = [given.value, fingerprint(row_of(stored))]
    roster_import.answers = kept
