"""Copying a mailing, and an event."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField, widgets
from wtforms.fields.choices import SelectChoice

from eventmail.events import service as events
from eventmail.events.forms import EventForm
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.letters import copying
from eventmail.letters.views.common import blueprint
from eventmail.mailings import service
from eventmail.mailings.models import Mailing
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import actor, reading, writing


class CopyForm(EventForm):
    """The facts of the new event, its day asked anew, and which letters come with it."""

    letters = SelectMultipleField(
        said("一緒に写すメールの文面"),
        coerce=int,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )

    @classmethod
    def copied(cls, event: Event, mailings: list[Mailing]) -> CopyForm:
        """The form filled with what stays the same."""
        form = cls.of(offices.mailboxes(reading(), actor().office.id), event)
        assert isinstance(form, CopyForm)
        form.letters.choices = [
            SelectChoice(
                each.id,
                said("{subject}（{purpose}）", subject=each.subject_shown, purpose=each.purpose),
            )
            for each in mailings
        ]
        if not form.is_submitted():
            form.held_on.data = None
            form.letters.data = [each.id for each in mailings]
        return form


@blueprint.post("/mailings/<int:mailing_id>/copy")
@permitted(Action.EDIT_MAILING)
def copy_mailing(mailing_id: int) -> ResponseReturnValue:
    """A new draft with the same words, opened at once."""
    with writing() as session:
        mailing = service.get_mailing(session, actor(), mailing_id)
        copy = copying.copy_mailing(session, actor(), mailing)
    flash(
        said(
            "文面と資料を写して、新しい案件を作りました。送信先は写していません。"
            "日付や件数を今回のものに直してください。"
        ),
        "success",
    )
    return redirect(url_for("mailings.edit", mailing_id=copy.id))


@blueprint.get("/events/<int:event_id>/copy")
@permitted(Action.EDIT_EVENT)
def copy_event_page(event_id: int) -> str:
    """What stays the same, and the new day."""
    event = events.get_event(reading(), actor(), event_id)
    return _page(event, CopyForm.copied(event, service.list_mailings(reading(), event)))


@blueprint.post("/events/<int:event_id>/copy")
@permitted(Action.EDIT_EVENT)
def copy_event(event_id: int) -> ResponseReturnValue:
    """Make the new event, without anybody in it."""
    shown = events.get_event(reading(), actor(), event_id)
    form = CopyForm.copied(shown, service.list_mailings(reading(), shown))
    if not form.validate_on_submit():
        return _page(shown, form), 422
    with writing() as session:
        event = events.get_event(session, actor(), event_id)
        copy = copying.copy_event(
            session, actor(), event, form.facts, frozenset(form.letters.data or ())
        )
    flash(
        said(
            "イベント「{name}」を作りました。参加者名簿と資料は写していません。"
            "次に参加者名簿を取り込みます。",
            name=copy.name,
        ),
        "success",
    )
    return redirect(url_for("events.show", event_id=copy.id))


def _page(event: Event, form: CopyForm) -> str:
    return render_template("letters/copy_event.html", event=event, form=form)
