"""The organiser's pages: how the answers stand, the questions, an answer by telephone, the file."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.answers import asking, chart, export, listing, service, tally
from eventmail.answers.listing import SHOW_NAMES, Show
from eventmail.answers.models import Answer, AnswerDeadline, Question
from eventmail.answers.organiser_forms import CallForm, DeadlineForm, QuestionForm
from eventmail.answers.service import Call, Sheet
from eventmail.answers.words import ATTENDANCE_NAMES
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, Participant
from eventmail.language import said
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.roster.views.common import page_number, search_text
from eventmail.web.context import actor, anew, reading, writing

blueprint = Blueprint("answers", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is listed: a filter and a text. Travels in the query string."""

    show: Show
    text: str

    @property
    def args(self) -> dict[str, str]:
        """For ``url_for``; what is as at first is left out."""
        told = {"show": self.show.value, "q": self.text}
        return {name: value for name, value in told.items() if value not in ("", "all")}


def wanted() -> Wanted:
    """As this request says; nonsense is as at first."""
    shown = request.args.get("show", "")
    return Wanted(Show(shown) if shown in set(Show) else Show.ALL, search_text())


@blueprint.get("/events/<int:event_id>/answers")
@permitted(Action.SEE)
def index(event_id: int) -> str:
    """Figures, chart, and the companies page by page."""
    session = reading()
    event = events.get_event(session, actor(), event_id)
    asked = wanted()
    numbers = listing.figures(session, event)
    found = listing.page(session, event, asked.show, asked.text, page_number(), numbers)
    return render_template(
        "answers/index.html",
        event=event,
        figures=numbers,
        bars=chart.bars(numbers),
        tallies=tally.tallies(session, event),
        questions=listing.asked_ever(session, event),
        closes_on=service.closing_day(session, event),
        listed=found,
        wanted=asked,
        shows=SHOW_NAMES,
        attendance=ATTENDANCE_NAMES,
    )


@blueprint.post("/events/<int:event_id>/answers.xlsx")
@permitted(Action.SEE_ADDRESSES)
def take(event_id: int) -> ResponseReturnValue:
    """The list as it is filtered, as a workbook."""
    asked = wanted()
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        count = listing.count(session, event, asked.show, asked.text)
        export.note(session, actor(), event, count)
    file = export.workbook(reading(), event, asked.show, asked.text)
    name = export.filename(event)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)


@blueprint.get("/events/<int:event_id>/answers/questions")
@permitted(Action.SEE)
def questions(event_id: int) -> str:
    """What is asked, until when."""
    return _questions_page(event_id, QuestionForm.of(), None)


@blueprint.post("/events/<int:event_id>/answers/questions")
@permitted(Action.EDIT_EVENT)
def add_question(event_id: int) -> ResponseReturnValue:
    """Ask one thing more."""
    form = QuestionForm.of()
    if not form.validate_on_submit():
        return _questions_page(event_id, form, None), 422
    try:
        with writing() as session:
            event = events.get_event(session, actor(), event_id)
            asking.add(session, actor(), event, form.wording)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        form.form_errors = [error.message]
        return _questions_page(event_id, form, None), 409
    flash(said("質問を加えました。"), "success")
    return _to_questions(event_id)


@blueprint.get("/events/<int:event_id>/answers/questions/<int:question_id>")
@permitted(Action.EDIT_EVENT)
def edit_question(event_id: int, question_id: int) -> str:
    """The form with one question."""
    event, question = _question(event_id, question_id)
    return _question_page(event, question, QuestionForm.of(question))


@blueprint.post("/events/<int:event_id>/answers/questions/<int:question_id>")
@permitted(Action.EDIT_EVENT)
def change_question(event_id: int, question_id: int) -> ResponseReturnValue:
    """Word it anew, unless it was answered."""
    shown, question = _question(event_id, question_id)
    form = QuestionForm.of(question)
    if not form.validate_on_submit():
        return _question_page(shown, question, form), 422
    try:
        with writing() as session:
            event = events.get_event(session, actor(), event_id)
            version = form.shown_version
            asking.change(session, actor(), event, question_id, form.wording, version)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        form.form_errors = [error.message]
        return _question_page(shown, question, form), 409
    flash(said("質問を保存しました。"), "success")
    return _to_questions(event_id)


@blueprint.post("/events/<int:event_id>/answers/questions/<int:question_id>/retire")
@permitted(Action.EDIT_EVENT)
def retire_question(event_id: int, question_id: int) -> ResponseReturnValue:
    """Ask it no more."""
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        asking.retire(session, actor(), event, question_id)
    flash(said("質問をやめました。届いている回答は、一覧とExcelに残ります。"), "success")
    return _to_questions(event_id)


@blueprint.post("/events/<int:event_id>/answers/questions/<int:question_id>/up")
@permitted(Action.EDIT_EVENT)
def move_question(event_id: int, question_id: int) -> ResponseReturnValue:
    """Ask it before the one before it."""
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        asking.move_up(session, actor(), event, question_id)
    return _to_questions(event_id)


@blueprint.post("/events/<int:event_id>/answers/deadline")
@permitted(Action.EDIT_EVENT)
def set_deadline(event_id: int) -> ResponseReturnValue:
    """Until when answers are taken."""
    form = DeadlineForm()
    if not form.validate_on_submit():
        return _questions_page(event_id, QuestionForm.of(), form), 422
    try:
        with writing() as session:
            event = events.get_event(session, actor(), event_id)
            asking.set_deadline(session, actor(), event, form.closes_on.data)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        form.closes_on.errors = [error.message]
        return _questions_page(event_id, QuestionForm.of(), form), 422
    flash(said("回答の締切を保存しました。"), "success")
    return _to_questions(event_id)


@blueprint.get("/events/<int:event_id>/answers/companies/<int:participant_id>")
@permitted(Action.SEE)
def company(event_id: int, participant_id: int) -> str:
    """All that one company answered, the newest first, and its contacts."""
    session = reading()
    event = events.get_event(session, actor(), event_id)
    found = session.get(Participant, participant_id)
    if found is None or (found.office_id, found.event_id) != (event.office_id, event.id):
        raise NotFound
    given = service.history(session, participant_id)
    return render_template(
        "answers/company.html",
        event=event,
        participant=found,
        line=listing.line(session, event, participant_id),
        given=given,
        asked={each.id: each for each in listing.asked_ever(session, event)},
        names=staff_names(session, [each.staff_id for each in given if each.staff_id]),
        contacts=_contacts(session, given),
        attendance=ATTENDANCE_NAMES,
    )


@blueprint.get("/events/<int:event_id>/answers/calls/<int:contact_id>")
@permitted(Action.EDIT_EVENT)
def call_page(event_id: int, contact_id: int) -> str:
    """The form for what somebody says on the telephone."""
    found = _sheet(reading(), event_id, contact_id)
    return _call_page(found, CallForm.of(found))


@blueprint.post("/events/<int:event_id>/answers/calls/<int:contact_id>")
@permitted(Action.EDIT_EVENT)
def take_call(event_id: int, contact_id: int) -> ResponseReturnValue:
    """Write it down."""
    found = _sheet(reading(), event_id, contact_id)
    form = CallForm.of(found)
    assert isinstance(form, CallForm)
    if not form.validate_on_submit():
        return _call_page(found, form), 422
    contact = found.contact
    try:
        with writing() as session:
            keys = contact.office_id, contact.participant_id, contact.id
            service.save(session, *keys, form.reply, Call(actor(), form.note.data))
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        session = anew()  # what is shown is what is there now
        return _call_page(*_again(_sheet(session, event_id, contact_id), error)), 409
    flash(
        said("「{company}」の回答を保存しました。", company=contact.participant.company), "success"
    )
    return redirect(
        url_for("answers.company", event_id=event_id, participant_id=contact.participant_id)
    )


def _again(found: Sheet, error: UserError) -> tuple[Sheet, CallForm]:
    """The form once more with what was typed, beside what is there now."""
    form = CallForm.of(found)
    assert isinstance(form, CallForm)
    form.say(error.message)
    return found, form


def _sheet(session: Session, event_id: int, contact_id: int) -> Sheet:
    event = events.get_event(session, actor(), event_id)
    contact = session.get(Contact, contact_id)
    if contact is None or (contact.office_id, contact.event_id) != (event.office_id, event.id):
        raise NotFound
    return service.sheet(session, event.office_id, contact.participant_id, contact.id)


def _call_page(found: Sheet, form: CallForm) -> str:
    return render_template(
        "answers/call.html", event=found.event, sheet=found, form=form, attendance=ATTENDANCE_NAMES
    )


def _contacts(session: Session, given: list[Answer]) -> dict[int, Contact]:
    query = sa.select(Contact).where(Contact.id.in_({each.contact_id for each in given}))
    return {each.id: each for each in session.scalars(query)}


def _question(event_id: int, question_id: int) -> tuple[Event, Question]:
    event = events.get_event(reading(), actor(), event_id)
    return event, asking.get(reading(), event, question_id)


def _question_page(event: Event, question: Question, form: QuestionForm) -> str:
    answered = asking.is_answered(reading(), question)
    return render_template(
        "answers/question.html", event=event, question=question, form=form, answered=answered
    )


def _questions_page(event_id: int, form: QuestionForm, deadline: DeadlineForm | None) -> str:
    session = reading()
    event = events.get_event(session, actor(), event_id)
    stored = session.get(AnswerDeadline, event.id)
    asked = service.questions(session, event)
    if deadline is None:
        deadline = DeadlineForm(formdata=None, closes_on=stored.closes_on if stored else None)
    return render_template(
        "answers/questions.html",
        event=event,
        questions=asked,
        answered=asking.answered_ids(session, asked),
        kinds=asking.KIND_NAMES,
        most=asking.MOST_QUESTIONS,
        closes_on=service.closing_day(session, event),
        form=form,
        deadline=deadline,
    )


def _to_questions(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("answers.questions", event_id=event_id))
