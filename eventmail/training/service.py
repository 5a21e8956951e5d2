"""Who is asked, who answers, and who confirms it: the rules."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from eventmail import clock
from eventmail.audit.service import record
from eventmail.database import Asked
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import places
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, Actor
from eventmail.training.figures import is_done
from eventmail.training.marking import complete, mark
from eventmail.training.models import (
    Assignment,
    Confirmation,
    Purpose,
    Result,
    TrainingTask,
)
from eventmail.training.papers import SORT_NAMES, Paper, Sort, paper

LONGEST = timedelta(days=366)
NO_SORT = said("自主点検表と確認テストの、どちらかは選んでください。")
NOBODY = said("割り当てる職員を、ひとり以上選んでください。")
NO_OFFICE = said("割り当てる所を、ひとつ以上選んでください。")
EMPTY_OFFICES = said("選んだ所には、割り当てる職員がいません。先に職員を登録してください。")
NOT_HERE = said(
    "選んだ職員の中に、この所の職員でない人がいます。画面を読み込み直して選んでください。"
)
WRONG_DAY = said("期限は、きょうから1年以内の日にしてください。")
CHANGED = said(
    "割り当てたときから問いの内容が変わっているため、答えられません。"
    "所の管理者に、もう一度割り当てるように伝えてください。"
)
CLOSED = said("この{what}はもう終わっています。結果のページで内容を見られます。")
NOT_ENOUGH = said("まだ終わっていない（合格していない）結果は、確認できません。")
NEWER = said("この結果のあとで、もう一度答えています。新しい結果を見て確認してください。")
OWN = said("自分の結果は、自分では確認できません。ほかの管理者に確認を依頼してください。")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be assigned, why, and until when."""

    sorts: frozenset[Sort]
    purpose: Purpose
    due_on: date


def assign(
    session: Session, actor: Actor, wanted: Wanted, staff_ids: Collection[int] | None = None
) -> int:
    """The manager assigns to staff of his office, all of them if none are named: how many."""
    actor.require(Action.MANAGE_TRAINING)
    _check(wanted)
    here = {each.id for each in places.serving(session, actor.office.id)}
    chosen = here if staff_ids is None else set(staff_ids)
    if not chosen <= here:
        raise UserError(NOT_HERE)
    if not chosen:
        raise UserError(NOBODY)
    batch = secrets.token_hex(16)
    for sort in sorted(wanted.sorts):
        made = _assignment(actor.office.id, wanted, sort, batch)
        made.manager_id = actor.id
        _make(session, made, chosen, actor.staff)
    return len(chosen)


def order(
    session: Session, overseer: Staff, wanted: Wanted, office_ids: Collection[int] | None = None
) -> int:
    """The overseer assigns to all staff of his bureau's offices, all if none are named.

    Answers to how many people; he is told no names.
    """
    _check(wanted)
    own = {each.id for each in places.overseen(session, overseer)}
    chosen = own if office_ids is None else set(office_ids)
    if not chosen <= own:
        raise NotFound
    if not chosen:
        raise UserError(NO_OFFICE)
    people = {each: {one.id for one in places.serving(session, each)} for each in sorted(chosen)}
    if not any(people.values()):
        raise UserError(EMPTY_OFFICES)
    batch = secrets.token_hex(16)
    for office_id, ids in people.items():
        for sort in sorted(wanted.sorts) if ids else ():
            made = _assignment(office_id, wanted, sort, batch)
            made.overseer_id = overseer.id
            _make(session, made, ids, overseer)
    return sum(map(len, people.values()))


def paper_of(assignment: Assignment) -> Paper:
    """Exactly what was assigned; :class:`UserError` if the file says something else by now."""
    found = paper(assignment.sort, assignment.edition)
    if found.digest != assignment.digest:
        raise UserError(CHANGED)
    return found


def own_tasks(session: Session, actor: Actor) -> list[TrainingTask]:
    """What somebody was ever asked in this office: what is open first, by its date."""
    query = sa.select(TrainingTask).where(
        TrainingTask.office_id == actor.office.id, TrainingTask.staff_id == actor.id
    )
    found = session.scalars(query.order_by(TrainingTask.id.desc())).all()
    return sorted(found, key=lambda each: (each.is_done, each.assignment.due_on))


def open_tasks(session: Session, actor: Actor) -> list[TrainingTask]:
    """What somebody was asked in this office and has not done."""
    query = query_open(actor.office.id, actor.id).options(joinedload(TrainingTask.assignment))
    return list(session.scalars(query.order_by(TrainingTask.id)))


def query_open(office_id: Asked, staff_id: Asked) -> sa.Select[TrainingTask]:
    """The same for an office and a person."""
    return sa.select(TrainingTask).where(
        TrainingTask.office_id == office_id, TrainingTask.staff_id == staff_id, ~is_done()
    )


def own_task(session: Session, actor: Actor, task_id: int, *, lock: bool = False) -> TrainingTask:
    """One of one's own tasks; anything else is not found."""
    query = sa.select(TrainingTask).where(
        TrainingTask.id == task_id,
        TrainingTask.office_id == actor.office.id,
        TrainingTask.staff_id == actor.id,
    )
    found = session.scalar(_locked(query) if lock else query)
    if found is None:
        raise NotFound
    return found


def may_answer(task: TrainingTask) -> bool:
    """A test until it is passed; a checklist until the manager has confirmed it."""
    standing = task.standing
    if standing is None or not standing.passed:
        return True
    return task.assignment.sort is Sort.CHECKLIST and standing.confirmation is None


def take(session: Session, actor: Actor, task_id: int, answers: Mapping[str, str]) -> Result:
    """Answer a whole paper. What was answered before stays. Nothing ever holds this back."""
    task = own_task(session, actor, task_id, lock=True)
    if not may_answer(task):
        raise UserError(CLOSED.format(what=SORT_NAMES[task.assignment.sort]))
    asked = paper_of(task.assignment)
    given = complete(asked, answers)
    found = mark(asked, given)
    made = Result(
        office_id=task.office_id,
        number=len(task.results) + 1,
        digest=asked.digest,
        answers=given,
        score=found.score,
        total=found.total,
        passed=found.passed,
        at=clock.now(),
    )
    task.results.append(made)
    session.flush()
    _audit(session, "training.answered", actor, task, passed=found.passed, score=found.score)
    return made


def result(session: Session, actor: Actor, result_id: int) -> Result:
    """A result of the office's staff, for its manager."""
    actor.require(Action.MANAGE_TRAINING)
    query = sa.select(Result).where(Result.id == result_id, Result.office_id == actor.office.id)
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def why_not_confirmed(actor: Actor, found: Result) -> str:
    """Why this person cannot confirm a result; empty if he can."""
    if found.task.staff_id == actor.id:
        return OWN
    if not found.passed:
        return NOT_ENOUGH
    return "" if found.task.standing is found else NEWER


def confirm(session: Session, actor: Actor, result_id: int) -> Result:
    """確認しました: the manager has seen it. To say it twice changes nothing."""
    found = result(session, actor, result_id)
    task = session.scalars(_locked(sa.select(TrainingTask).where(TrainingTask.id == found.task_id)))
    found_task = task.one()
    if found.confirmation is not None:
        return found
    fault = why_not_confirmed(actor, found)
    if fault:
        raise UserError(fault)
    found.confirmation = Confirmation(
        office_id=found.office_id, staff_id=actor.id, at=clock.now(), result_id=found.id
    )
    session.flush()
    _audit(session, "training.confirmed", actor, found_task, person=found_task.staff_id)
    return found


def _locked(query: sa.Select[TrainingTask]) -> sa.Select[TrainingTask]:
    return query.with_for_update().execution_options(populate_existing=True)


def _check(wanted: Wanted) -> None:
    if not wanted.sorts:
        raise UserError(NO_SORT)
    if not clock.today() <= wanted.due_on <= clock.today() + LONGEST:
        raise UserError(WRONG_DAY)


def _assignment(office_id: int, wanted: Wanted, sort: Sort, batch: str) -> Assignment:
    asked = paper(sort)
    return Assignment(
        office_id=office_id,
        sort=sort,
        edition=asked.edition,
        digest=asked.digest,
        purpose=wanted.purpose,
        due_on=wanted.due_on,
        batch=batch,
        made_at=clock.now(),
    )


def _make(session: Session, made: Assignment, people: Collection[int], by: Staff) -> None:
    session.add(made)
    session.flush()
    session.add_all(
        TrainingTask(office_id=made.office_id, assignment_id=made.id, staff_id=each)
        for each in sorted(people)
    )
    session.flush()
    record(
        session,
        "training.assigned",
        f"training:{made.id}",
        office_id=made.office_id,
        staff_id=by.id,
        paper=SORT_NAMES[made.sort],
        edition=made.edition,
        due=made.due_on.isoformat(),
        people=len(people),
        digest=made.digest,
    )


def _audit(
    session: Session, action: str, actor: Actor, task: TrainingTask, **details: object
) -> None:
    record(
        session,
        action,
        f"training:{task.assignment_id}",
        office_id=task.office_id,
        staff_id=actor.id,
        paper=SORT_NAMES[task.assignment.sort],
        **details,
    )
