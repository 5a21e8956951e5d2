"""The checker's pages: his tasks in order, each recorded by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.language import retold, said
from eventmail.mailings import audiences, checking, perusing, service
from eventmail.mailings.answers import findings_of, unseen_materials
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.mailings.review_forms import CountForm, ReturnForm, StepForm
from eventmail.mailings.since import Since, since_last
from eventmail.mailings.stored import index_of, shown_content
from eventmail.mailings.views.common import blueprint, rendered, whom_it_leaves_out
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.roster.views.common import page_number
from eventmail.web.context import actor, anew, reading, writing
from eventmail.web.errors import page as error_page
from eventmail.web.forms import row_number

ELSEWHERE = said(
    "この案件は、いまこの画面の段階にありません。確認、決裁、送信の順に進みます。"
    "いまの段階は、メール案件の画面で確かめてください。"
)


@blueprint.get("/mailings/<int:mailing_id>/check")
@permitted(Action.CHECK)
def check_page(mailing_id: int) -> ResponseReturnValue:
    """What the checker goes through, and how far he is."""
    return page(mailing_id)


@blueprint.post("/mailings/<int:mailing_id>/check/recipients")
@permitted(Action.CHECK)
def count(mailing_id: int) -> ResponseReturnValue:
    """The recipients, counted."""
    form = CountForm()
    if not form.validate_on_submit():
        return page(mailing_id, form, 422)

    def act(session: Session, mailing: Mailing) -> None:
        checking.count(session, actor(), mailing, form.digest.data, form.counted.data)

    if _refused(mailing_id, act):
        return page(mailing_id, form, 409)
    return _onward(mailing_id, said("送信先の件数を記録しました。"))


@blueprint.post("/mailings/<int:mailing_id>/check/material")
@permitted(Action.CHECK)
def see_material(mailing_id: int) -> ResponseReturnValue:
    """One material, seen to its last page."""
    sha256 = request.form.get("sha256", "")

    def act(session: Session, mailing: Mailing) -> None:
        digest = request.form.get("digest", "")
        checking.see_material(session, actor(), mailing, digest, sha256)

    if _refused(mailing_id, act):
        return page(mailing_id, status=409)
    return _onward(mailing_id, said("資料を最後まで見たことを記録しました。"))


@blueprint.get("/mailings/<int:mailing_id>/check/letter/<int:contact_id>")
@permitted(Action.CHECK)
def letter_page(mailing_id: int, contact_id: int) -> ResponseReturnValue:
    """The mail as one recipient will receive it."""
    return _letter_page(mailing_id, contact_id)


@blueprint.get("/mailings/<int:mailing_id>/check/letter")
@permitted(Action.CHECK)
def choose_letter(mailing_id: int) -> ResponseReturnValue:
    """Any recipient of the checker's own choice."""
    contact_id = request.args.get("contact", default=0, type=row_number)
    return _letter_page(mailing_id, contact_id)


@blueprint.post("/mailings/<int:mailing_id>/check/letter/<int:contact_id>")
@permitted(Action.CHECK)
def see_letter(mailing_id: int, contact_id: int) -> ResponseReturnValue:
    """That mail, seen."""

    def act(session: Session, mailing: Mailing) -> None:
        digest = request.form.get("digest", "")
        checking.see_letter(session, actor(), mailing, digest, contact_id)

    if _refused(mailing_id, act):
        return _letter_page(mailing_id, contact_id, 409)
    return _onward(mailing_id, said("届くメールを見たことを記録しました。"))


@blueprint.post("/mailings/<int:mailing_id>/check/finding")
@permitted(Action.CHECK)
def accept_answer(mailing_id: int) -> ResponseReturnValue:
    """One finding with its answer, accepted."""

    def act(session: Session, mailing: Mailing) -> None:
        digest = request.form.get("digest", "")
        position = request.form.get("position", default=0, type=int)
        checking.accept_answer(session, actor(), mailing, digest, position)

    if _refused(mailing_id, act):
        return page(mailing_id, status=409)
    return _onward(mailing_id, said("回答を認めたことを記録しました。"))


@blueprint.post("/mailings/<int:mailing_id>/check")
@permitted(Action.CHECK)
def check(mailing_id: int) -> ResponseReturnValue:
    """The checker's yes."""

    def act(session: Session, mailing: Mailing) -> None:
        service.check(session, actor(), mailing, request.form.get("digest", ""))

    if _refused(mailing_id, act):
        return page(mailing_id, status=409)
    flash(said("確認を記録し、決裁者に回しました。"), "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


def _refused(mailing_id: int, act: Callable[[Session, Mailing], None]) -> bool:
    """Do it in a transaction of its own; whether a rule said no (the sentence is shown)."""
    try:
        with writing() as session:
            act(session, service.get_mailing(session, actor(), mailing_id, lock=True))
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return True
    return False


def _onward(mailing_id: int, sentence: str) -> ResponseReturnValue:
    session = anew()  # the step was recorded since this request began to look
    mailing = service.get_mailing(session, actor(), mailing_id)
    return lead_on(session, mailing, sentence)


def lead_on(session: Session, mailing: Mailing, sentence: str) -> ResponseReturnValue:
    """Say what was recorded and what is left, and open the next task of this checker.

    Going back to the overview between any two tasks would double the number of pages.
    """
    snapshot = mailing.latest
    assert snapshot is not None
    tasks = checking.tasks(session, snapshot, actor().id)
    left = (
        said("残り：{missing}。", missing=said("、").join(tasks.missing))
        if tasks.missing
        else said("すべて確認しました。")
    )
    flash(sentence + left, "success")
    return redirect(_next(session, mailing, snapshot, tasks))


def _next(session: Session, mailing: Mailing, snapshot: Snapshot, tasks: checking.Tasks) -> str:
    here = partial(url_for, "mailings.check_page", mailing_id=mailing.id)
    if not tasks.counted:
        return here(_anchor="who")
    if tasks.open_materials:
        first = tasks.open_materials[0].sha256
        shown = set(_looks(mailing)) - checking.without_pages(session, snapshot)
        return _looks(mailing)[first] if first in shown else here(_anchor="files")
    if tasks.open_letters:
        contact_id = tasks.open_letters[0].contact_id
        return url_for("mailings.letter_page", mailing_id=mailing.id, contact_id=contact_id)
    return here(_anchor="findings" if tasks.open_findings else "decide")


def _looks(mailing: Mailing) -> dict[str, str]:
    """Where each of its materials can be looked at, by digest."""
    return {
        each.newest.sha256: url_for("materials.look", version_id=each.newest.id)
        for each in mailing.materials
    }


def in_check(mailing_id: int) -> tuple[Mailing, Snapshot] | None:
    """The mailing and what is to be checked; None while it stands elsewhere."""
    mailing = service.get_mailing(reading(), actor(), mailing_id)
    if mailing.state is not MailingState.CHECKING or mailing.latest is None:
        return None
    return mailing, mailing.latest


def elsewhere(mailing_id: int) -> ResponseReturnValue:
    """Somebody came to a page whose time is over or has not come."""
    if request.method == "GET":
        flash(ELSEWHERE, "info")
        return redirect(url_for("mailings.show", mailing_id=mailing_id))
    return error_page(409, ELSEWHERE)


def page(
    mailing_id: int,
    form: CountForm | None = None,
    status: int = 200,
    return_form: ReturnForm | None = None,
) -> ResponseReturnValue:
    """The checker's page, with what was typed in one of its forms."""
    session = anew()  # a step may have been recorded since this request began to look
    found = in_check(mailing_id)
    if found is None:
        return elsewhere(mailing_id)
    mailing, snapshot = found
    since = since_last(session, snapshot)
    flags = _flags(session, snapshot, since)
    tasks = checking.tasks(session, snapshot, actor().id)
    people = [snapshot.submitted_by, *(f.answered_by for f in tasks.findings if f.answered_by)]
    text = render_template(
        "mailings/check.html",
        mailing=mailing,
        snapshot=snapshot,
        content=shown_content(session, snapshot),
        tasks=tasks,
        sheet=perusing.sheet(session, snapshot, flags, page_number()),
        flags=flags,
        since=since,
        gone_shown=perusing.ROWS,
        left_out=whom_it_leaves_out(session, mailing),
        moved_on=audiences.moved_on(session, mailing, snapshot),
        unseen=unseen_materials(session, snapshot),
        by_word=checking.without_pages(session, snapshot),
        form=form or CountForm(formdata=None),
        return_form=return_form or ReturnForm(formdata=None),
        step=StepForm(formdata=None),
        now=clock.now(),
        may_review=service.may_review(session, mailing, actor()),
        names=staff_names(session, people),
        versions=_looks(mailing),
    )
    return text, status


def _letter_page(mailing_id: int, contact_id: int, status: int = 200) -> ResponseReturnValue:
    session = reading()
    found = in_check(mailing_id)
    if found is None:
        return elsewhere(mailing_id)
    mailing, snapshot = found
    content = shown_content(session, snapshot)
    index = index_of(content, contact_id)
    if index is None:
        raise NotFound
    text = render_template(
        "mailings/check_letter.html",
        mailing=mailing,
        snapshot=snapshot,
        content=content,
        tasks=checking.tasks(session, snapshot, actor().id),
        may_review=service.may_review(session, mailing, actor()),
        **rendered(content, index, unseen_materials(session, snapshot)),
    )
    return text, status


def _flags(session: Session, snapshot: Snapshot, since: Since | None) -> dict[int, list[str]]:
    """What is to be looked at twice, by contact: the weightiest first, then what has changed.

    What is said of every recipient alike singles nobody out.
    """
    flags: dict[int, list[str]] = {}
    for each in findings_of(session, snapshot):
        concerned = dict.fromkeys(who for at in each.finding.places for who in at.contact_ids)
        if len(concerned) < snapshot.recipient_count:
            for contact_id in concerned:
                flags.setdefault(contact_id, []).append(retold(each.message))
    for contact_id, remark in since.remarks.items() if since else ():
        flags.setdefault(contact_id, []).append(remark)
    return flags
