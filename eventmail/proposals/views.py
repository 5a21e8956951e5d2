"""所の設定: what holds, what is proposed, and the other person's yes or no."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.accounts.factors.views import proving
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Event
from eventmail.language import listed, said
from eventmail.mailings import service as mailings
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.setting_models import Proposal, Verdict
from eventmail.proposals import history, service
from eventmail.proposals.forms import FORMS, NEW_FORMS, ChangeForm, ConfirmForm, DeclineForm
from eventmail.proposals.history import Standing
from eventmail.proposals.kinds import KINDS, Place
from eventmail.proposals.mailboxes import MAILBOX
from eventmail.proposals.service import LAPSED
from eventmail.web.context import actor, anew, reading, writing
from eventmail.web.forms import row_number

blueprint = Blueprint("proposals", __name__)

PROPOSED = said("変更を提案しました。ほかの職員が認めると変わります。")
SAFER = said("危険を減らす変更のため、すぐに変えました。決裁者と所の管理者の全員に表示します。")
THERE = said(
    "「{subject}」は、すでに登録されています。いまの設定の「変更する」から進んでください。"
)
SENT_BACK = said("差出人が変わったため、確認中・決裁中の案件{count}件を起案者に戻しました。")
CONFIRMED = said("変更を認めました。いまから新しい設定になります。")


@blueprint.get("/settings")
@permitted(Action.SEE)
def index() -> str:
    """Every setting as it is, what waits, and what has changed."""
    session = anew()
    waiting = service.waiting(session, actor().office.id)
    return render_template(
        "proposals/index.html",
        settings=_settings(),
        waiting=list(zip(waiting, history.told_of_all(session, waiting), strict=True)),
        changes=history.changes(session, actor().office.id),
        ended=history.ended(session, actor().office.id),
        unseen=history.unseen(session, actor()),
    )


@blueprint.route("/settings/<kind>", methods=["GET", "POST"])
@permitted(Action.PROPOSE_SETTING)
def change(kind: str) -> ResponseReturnValue:
    """The form in which one setting's change is proposed."""
    given = request.args.get("subject", "")
    place, made = _asked(kind, given)
    now = place.now(reading())
    form = made.of(now)
    if not form.validate_on_submit():
        return _change_page(place, form, 422 if form.errors else 200)
    try:
        with writing() as session:
            about = place.kind.at(place.office_id, form.subject(given))
            if about != place and about.now(session) is not None:
                raise UserError(THERE.format(subject=about.subject))
            told = _propose(session, about, form)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _change_page(place, form, 409)
    flash(told, "success")
    return redirect(url_for("proposals.index"))


@blueprint.post("/settings-looked-at")
@permitted(Action.CONFIRM_SETTING)
def looked() -> ResponseReturnValue:
    """I have seen these changes."""
    ids = request.form.getlist("change", type=row_number)
    with writing() as session:
        history.look(session, actor(), ids)
    flash(said("変更を見たことを記録しました。"), "success")
    return redirect(url_for("proposals.index"))


@blueprint.get("/proposals/<int:proposal_id>")
@permitted(Action.SEE)
def show(proposal_id: int) -> ResponseReturnValue:
    """いま and 変更後, and what it means."""
    return _page(proposal_id, Forms())


@blueprint.post("/proposals/<int:proposal_id>/confirm")
@permitted(Action.CONFIRM_SETTING)
def confirm(proposal_id: int) -> ResponseReturnValue:
    """The other person's yes, with his password."""
    form = ConfirmForm()
    service.get(reading(), actor(), proposal_id)
    if not form.validate_on_submit() or not proving.is_himself(form):
        return _page(proposal_id, Forms(confirm=form), 422)
    try:
        with writing() as session:
            proposal = service.get(session, actor(), proposal_id)
            verdict = service.confirm(session, actor(), proposal, form.digest.data or "")
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(proposal_id, Forms(), 409)
    if verdict is Verdict.LAPSED:
        flash(LAPSED, "error")
        return redirect(url_for("proposals.show", proposal_id=proposal_id))
    flash(listed([CONFIRMED, *_sent_back(proposal)], ""), "success")
    return redirect(url_for("proposals.index"))


@blueprint.post("/proposals/<int:proposal_id>/decline")
@permitted(Action.CONFIRM_SETTING)
def decline(proposal_id: int) -> ResponseReturnValue:
    """The other person's no."""
    form = DeclineForm()
    service.get(reading(), actor(), proposal_id)
    if not form.validate_on_submit():
        return _page(proposal_id, Forms(decline=form), 422)
    try:
        with writing() as session:
            proposal = service.get(session, actor(), proposal_id)
            digest = form.digest.data or ""
            service.decline(session, actor(), proposal, digest, form.grounds.data)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(proposal_id, Forms(decline=form), 409)
    flash(said("変更を認めませんでした。設定は変わっていません。"), "success")
    return redirect(url_for("proposals.index"))


@blueprint.post("/proposals/<int:proposal_id>/withdraw")
@permitted(Action.PROPOSE_SETTING)
def withdraw(proposal_id: int) -> ResponseReturnValue:
    """The proposer takes it back."""
    with writing() as session:
        service.withdraw(session, actor(), service.get(session, actor(), proposal_id))
    flash(said("変更の提案を取り下げました。設定は変わっていません。"), "success")
    return redirect(url_for("proposals.index"))


@dataclass(frozen=True, slots=True)
class Forms:
    """The two forms of the other person's page: one was sent, or none."""

    confirm: ConfirmForm | None = None
    decline: DeclineForm | None = None


def _settings() -> list[tuple[str, bool, list[Standing]]]:
    """Each kind that has a form: its title, whether there can be more, and what there is."""
    places = [place for name in FORMS for place in _places(name)]
    found = history.standings(reading(), actor().office.id, places)
    return [
        (
            KINDS[name].title,
            name in NEW_FORMS,
            [each for each in found if each.place.kind.name == name],
        )
        for name in FORMS
    ]


def _places(name: str) -> list[Place]:
    kind, office_id = KINDS[name], actor().office.id
    return [kind.at(office_id, each) for each in kind.subjects(reading(), office_id)]


def _asked(name: str, subject: str) -> tuple[Place, type[ChangeForm]]:
    """The setting that the address names, and its form; what is not there is not found."""
    if name not in FORMS or not KINDS[name].may_propose(actor()):
        raise NotFound
    several = name in NEW_FORMS
    if several and not subject:
        return KINDS[name].at(actor().office.id), NEW_FORMS[name]
    place = KINDS[name].at(actor().office.id, subject)
    if (subject and not several) or place not in _places(name):
        raise NotFound
    return place, FORMS[name]


def _propose(session: Session, place: Place, form: ChangeForm) -> str:
    now = place.now(session)
    wanted = form.wanted(now)
    checked = place.kind.check(session, place, wanted)
    if place.kind.safer(now, checked):
        service.make_safer(session, actor(), place, checked)
        return SAFER
    service.propose(session, actor(), place, checked, form.reason.data)
    return PROPOSED


def _change_page(place: Place, form: ChangeForm, status: int) -> ResponseReturnValue:
    session = anew()
    several_new = place.kind.name in NEW_FORMS and not place.subject
    able = place.kind.who_confirms(session, place.office_id)
    page = render_template(
        "proposals/change.html",
        place=place,
        form=form,
        standing=None if several_new else history.standing(session, place),
        able=[each.name for each in able if each.id != actor().id],
    )
    return page, status


def _page(proposal_id: int, forms: Forms, status: int = 200) -> ResponseReturnValue:
    session = anew()
    proposal: Proposal = service.get(session, actor(), proposal_id)
    place = service.place_of(proposal)
    told = history.told_of(session, proposal)
    able = place.kind.who_confirms(session, place.office_id)
    page = render_template(
        "proposals/show.html",
        proposal=proposal,
        told=told,
        meaning=place.kind.meaning(*service.values_of(proposal)),
        may_decide=not told.outcome and service.may_decide(actor(), proposal),
        own=not told.outcome and proposal.proposer_id == actor().id,
        able=[each.name for each in able if each.id != proposal.proposer_id],
        **proving.shown(),
        confirm=forms.confirm or ConfirmForm(formdata=None),
        decline=forms.decline or DeclineForm(formdata=None),
    )
    return page, status


def _sent_back(proposal: Proposal) -> list[str]:
    """Another sender's name goes through the reviews anew. A yes to the old one is refused anyway.

    In a transaction of its own: whoever sends locks the mailing first, and the office after it.
    """
    if proposal.kind != MAILBOX.name:
        return []
    with writing() as session:
        found = session.scalars(
            sa.select(Event).where(Event.office_id == proposal.office_id).with_for_update()
        )
        count = sum(len(mailings.refresh(session, each)) for each in found.all())
    return [SENT_BACK.format(count=count)] if count else []
