"""One's own papers: the list, the form, and what came of it."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.training import service
from eventmail.training.forms import answer_form
from eventmail.training.marking import told_of
from eventmail.training.models import Result
from eventmail.training.papers import Sort
from eventmail.training.views.common import blueprint, page
from eventmail.web.context import actor, anew, reading, writing
from eventmail.web.forms import Form

FILLED_IN = said("自主点検表を送信しました。所の管理者が確認します。")
PASSED = said(
    "確認テストに合格しました（{total}問のうち{score}問が正解）。所の管理者が確認します。"
)
FAILED = said(
    "{total}問のうち{score}問が正解でした。合格は{mark}問以上です。"
    "下の解説を読んで、もう一度受けてください。"
)


@blueprint.get("/training")
@permitted(Action.SEE)
def index() -> str:
    """What I was asked, and what is open."""
    db = anew()
    return page("index", tasks=service.own_tasks(db, actor()))


@blueprint.get("/training/tasks/<int:task_id>")
@permitted(Action.SEE)
def task(task_id: int) -> ResponseReturnValue:
    """The paper to answer; what is over shows what came of it."""
    found = service.own_task(reading(), actor(), task_id)
    if not service.may_answer(found):
        return redirect(url_for("training.outcome", task_id=task_id))
    asked = service.paper_of(found.assignment)
    newest = found.newest if asked.sort is Sort.CHECKLIST else None
    form = answer_form(asked)(data=newest.answers if newest else None)
    return _form(task_id, form)


@blueprint.post("/training/tasks/<int:task_id>")
@permitted(Action.SEE)
def answer(task_id: int) -> ResponseReturnValue:
    """Hand it in."""
    asked = service.paper_of(service.own_task(reading(), actor(), task_id).assignment)
    form = answer_form(asked)()
    if not form.validate_on_submit():
        return _form(task_id, form), 422
    given = {each.id: form[each.id].data for each in asked.questions}
    try:
        with writing() as db:
            made = service.take(db, actor(), task_id, given)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _form(task_id, form), 409
    flash(_told(made, asked.sort, asked.pass_mark), "success" if made.passed else "warning")
    return redirect(url_for("training.outcome", task_id=task_id))


@blueprint.get("/training/tasks/<int:task_id>/result")
@permitted(Action.SEE)
def outcome(task_id: int) -> ResponseReturnValue:
    """What I answered last, with what was right, or what to do."""
    db = anew()
    found = service.own_task(db, actor(), task_id)
    if found.standing is None:
        return redirect(url_for("training.task", task_id=task_id))
    asked = service.paper_of(found.assignment)
    return page(
        "outcome",
        task=found,
        asked=asked,
        result=found.standing,
        told=told_of(asked, found.standing.answers),
        again=service.may_answer(found),
    )


def _form(task_id: int, form: Form) -> str:
    db = anew()
    found = service.own_task(db, actor(), task_id)
    return page("task", task=found, asked=service.paper_of(found.assignment), form=form)


def _told(made: Result, sort: Sort, mark: int | None) -> str:
    if sort is Sort.CHECKLIST:
        return FILLED_IN
    sentence = PASSED if made.passed else FAILED
    return sentence.format(total=made.total, score=made.score, mark=mark)
