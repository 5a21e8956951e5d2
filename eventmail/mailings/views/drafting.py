"""Writing a mailing: the letter, what would be sent, submitting and taking back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.mailings import answers, service
from eventmail.mailings.findings import Finding, Level
from eventmail.mailings.forms import ActForm, LetterForm
from eventmail.mailings.freezing import reached_count
from eventmail.mailings.letter import FIELDS
from eventmail.mailings.models import Mailing, MailingState
from eventmail.mailings.rehearsal import rehearse
from eventmail.mailings.review_forms import AT_A_TIME, PREFIX, AnswersForm
from eventmail.mailings.views.common import blueprint, record_of, rendered
from eventmail.offices.permissions import Action, permitted
from eventmail.outbox import service as outbox
from eventmail.web.context import actor, reading, writing


@blueprint.get("/events/<int:event_id>/mailings/new")
@permitted(Action.EDIT_MAILING)
def new(event_id: int) -> str:
    """A letter that begins with the usual words."""
    event = events.get_event(reading(), actor(), event_id)
    return _letter_page(_letter_form(event), event, None)


@blueprint.post("/events/<int:event_id>/mailings/new")
@permitted(Action.EDIT_MAILING)
def create(event_id: int) -> ResponseReturnValue:
    """Begin the mailing."""
    event = events.get_event(reading(), actor(), event_id)
    form = _letter_form(event)
    if not form.validate_on_submit():
        return _letter_page(form, event, None), 422
    with writing() as session:
        own = events.get_event(session, actor(), event_id)
        mailing = service.add_mailing(session, actor(), own, form.draft)
    return redirect(url_for("mailings.show", mailing_id=mailing.id))


@blueprint.get("/mailings/<int:mailing_id>/letter")
@permitted(Action.EDIT_MAILING)
def edit(mailing_id: int) -> str:
    """The letter in the form."""
    mailing = service.get_mailing(reading(), actor(), mailing_id)
    form = _letter_form(mailing.event, mailing)
    return _letter_page(form, mailing.event, mailing)


@blueprint.post("/mailings/<int:mailing_id>/letter")
@permitted(Action.EDIT_MAILING)
def save(mailing_id: int) -> ResponseReturnValue:
    """Store the letter; what was typed is never lost, whatever the answer."""
    shown = service.get_mailing(reading(), actor(), mailing_id)
    form = _letter_form(shown.event, shown)
    if not form.validate_on_submit():
        return _letter_page(form, shown.event, shown), 422
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            service.save_draft(session, actor(), mailing, form.draft)
    except UserError as error:
        flash(error.message, "error")
        return _letter_page(form, shown.event, shown), 409
    flash("本文を保存しました。", "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


@blueprint.get("/mailings/<int:mailing_id>")
@permitted(Action.SEE)
def show(mailing_id: int) -> str:
    """Where the mailing stands, what it would be, and the next step."""
    return page(service.get_mailing(reading(), actor(), mailing_id))


def page(mailing: Mailing, form: AnswersForm | None = None) -> str:
    """The page of a mailing, with answers that were typed and not kept."""
    session = reading()
    draft = mailing.state is MailingState.DRAFT
    content = service.current_content(session, mailing)
    snapshot = None if draft else mailing.latest
    found = service.find(session, content) if draft else []
    asked = answers.to_answer(found)
    shown = answers_form(mailing, found) if form is None else form
    return render_template(
        "mailings/show.html",
        mailing=mailing,
        content=content,
        snapshot=snapshot,
        findings=[each for each in found if answers.stands_in_the_way(each)],
        to_answer=[each for each in asked if shown.asks(each)],
        more_answers=sum(not shown.asks(each) for each in asked),
        notes=[each for each in found if each.level is Level.NOTE],
        answers_form=shown,
        reached=reached_count(session, mailing),
        remaining=_remaining(mailing),
        sendings=outbox.sendings(session, mailing),
        may_review=service.may_review(session, mailing, actor()),
        act=ActForm(),
        **record_of(session, mailing, snapshot),
    )


def answers_form(mailing: Mailing, found: list[Finding]) -> AnswersForm:
    """A field for each finding that was answered just now; else for the first that wait for it."""
    given = answers.answers(reading(), mailing)
    asked = answers.to_answer(found)
    chosen = [each for each in asked if PREFIX + each.key in request.form]
    if not chosen:
        chosen = sorted(asked, key=lambda each: each.key in given)[:AT_A_TIME]
    return AnswersForm.of(chosen, {key: each.answer for key, each in given.items()})


@blueprint.get("/mailings/<int:mailing_id>/preview")
@permitted(Action.SEE)
def preview(mailing_id: int) -> str:
    """The mail as one of the recipients will receive it: made by the code that sends."""
    session = reading()
    mailing = service.get_mailing(session, actor(), mailing_id)
    content = service.current_content(session, mailing)
    wanted = request.args.get("contact", type=int)
    if not content.recipients:
        raise UserError("送信先がありません。先に参加者名簿を取り込んでください。")
    if not content.recipients[0].address:
        raise UserError(
            "保存期間が過ぎたため、送信先を消去しました。件数と指紋だけが残っています。"
        )
    numbers = {each.contact_id: i for i, each in enumerate(content.recipients)}
    if wanted is not None and wanted not in numbers:
        raise NotFound
    index = numbers[wanted] if wanted is not None else 0
    return render_template(
        "mailings/preview.html",
        mailing=mailing,
        content=content,
        index=index,
        **rendered(content, index),
    )


@blueprint.post("/mailings/<int:mailing_id>/submit")
@permitted(Action.EDIT_MAILING)
def submit(mailing_id: int) -> ResponseReturnValue:
    """Freeze the draft for the checkers."""
    return submit_now(mailing_id)


def submit_now(mailing_id: int) -> ResponseReturnValue:
    """The same, after what was answered has been kept."""
    # All mails are made and judged before the lock is taken, so that it is held briefly.
    shown = service.get_mailing(reading(), actor(), mailing_id)
    rehearsed = rehearse(reading(), service.current_content(reading(), shown))
    try:
        with writing() as session:
            mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
            snapshot = service.submit(session, actor(), mailing, rehearsed)
    except (service.Blocked, service.Unanswered) as error:  # the page lists the findings
        flash(error.message, "error")
        return redirect(url_for("mailings.show", mailing_id=mailing_id))
    flash(f"確認者に提出しました（{snapshot.recipient_count}件）。", "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


@blueprint.post("/mailings/<int:mailing_id>/withdraw")
@permitted(Action.EDIT_MAILING)
def withdraw(mailing_id: int) -> ResponseReturnValue:
    """Take it back for editing."""
    with writing() as session:
        mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
        service.withdraw(session, actor(), mailing)
    flash("取り下げました。編集して、もう一度提出できます。", "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


@blueprint.post("/mailings/<int:mailing_id>/take-up-again")
@permitted(Action.EDIT_MAILING)
def take_up_again(mailing_id: int) -> ResponseReturnValue:
    """A halted mailing becomes a draft again, for those whom it has not reached."""
    with writing() as session:
        mailing = service.get_mailing(session, actor(), mailing_id, lock=True)
        reached = outbox.take_up_again(session, actor(), mailing)
    told = f"すでに送った{reached}件を除いて、" if reached else ""
    flash(f"{told}作成に戻しました。止まった理由を直して、もう一度提出してください。", "success")
    return redirect(url_for("mailings.show", mailing_id=mailing_id))


def _remaining(mailing: Mailing) -> int:
    """For how many a halted mailing can go on."""
    if mailing.state is not MailingState.HALTED or mailing.latest is None:
        return 0
    return mailing.latest.recipient_count - len(outbox.reached_by(reading(), mailing.latest))


def _letter_form(event: Event, mailing: Mailing | None = None) -> LetterForm:
    batches = service.batches_allowed(reading(), event.office_id)
    return LetterForm.of(events.shelf(reading(), event), event, mailing, batches=batches)


def _letter_page(form: LetterForm, event: object, mailing: Mailing | None) -> str:
    return render_template(
        "mailings/letter.html", form=form, event=event, mailing=mailing, fields=list(FIELDS)
    )
