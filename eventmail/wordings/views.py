"""The pages of the wordings: the list, one to write, and its history."""

from __future__ import annotations

from itertools import pairwise

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.letters.diffing import Row, side_by_side
from eventmail.mailings.letter import FIELDS
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.offices.service import staff_names
from eventmail.web.context import actor, reading, writing
from eventmail.web.forms import Form
from eventmail.wordings import service
from eventmail.wordings.forms import WordingForm
from eventmail.wordings.models import Wording, WordingKind, WordingVersion

blueprint = Blueprint("wordings", __name__)


@blueprint.get("/wordings")
@permitted(Action.SEE)
def index() -> str:
    """All wordings that may be chosen, and those that are offered no more."""
    session = reading()
    found = service.offers(session, actor().office)
    rows = service.all_of(session, actor().office)
    return render_template(
        "wordings/index.html",
        offers=found,
        retired=[each for each in rows if each.retired and each.kind is WordingKind.OWN],
        names=staff_names(session, [each.newest.written_by for each in rows]),
    )


@blueprint.get("/wordings/new")
@permitted(Action.EDIT_MAILING)
def new() -> str:
    """An empty form, or a built-in wording (``?from=``) to make a copy of."""
    key = request.args.get("from", "")
    kinds = {each.value: each for each in WordingKind if each is not WordingKind.OWN}
    offer = service.standard(kinds[key], actor().office) if key in kinds else None
    return _form_page(WordingForm.of(offer), None)


@blueprint.post("/wordings/new")
@permitted(Action.EDIT_MAILING)
def create() -> ResponseReturnValue:
    """Keep it as the office's own."""
    form = WordingForm()
    if not form.validate_on_submit():
        return _form_page(form, None), 422
    try:
        with writing() as session:
            service.add_wording(session, actor(), form.occasion, form.text)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "error")
        return _form_page(form, None), 409
    return _saved(form)


@blueprint.get("/wordings/<int:wording_id>")
@permitted(Action.SEE)
def history(wording_id: int) -> str:
    """Every version, the newest first, each beside the one before."""
    session = reading()
    wording = service.get_wording(session, actor(), wording_id)
    return render_template(
        "wordings/history.html",
        wording=wording,
        steps=list(reversed(_steps(wording))),
        names=staff_names(session, [each.written_by for each in wording.versions]),
        act=Form(),
    )


@blueprint.get("/wordings/<int:wording_id>/edit")
@permitted(Action.EDIT_MAILING)
def edit(wording_id: int) -> str:
    """The newest version in the form."""
    wording = service.get_wording(reading(), actor(), wording_id)
    return _form_page(WordingForm.of(service.offer_of(wording)), wording)


@blueprint.post("/wordings/<int:wording_id>/edit")
@permitted(Action.EDIT_MAILING)
def change(wording_id: int) -> ResponseReturnValue:
    """Keep the next version."""
    shown = service.get_wording(reading(), actor(), wording_id)
    form = WordingForm()
    if not form.validate_on_submit():
        return _form_page(form, shown), 422
    try:
        with writing() as session:
            wording = service.get_wording(session, actor(), wording_id, lock=True)
            service.change_wording(session, actor(), wording, form.text, form.seen)
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _form_page(form, shown), 409
    return _saved(form)


@blueprint.post("/wordings/<int:wording_id>/retire")
@permitted(Action.EDIT_MAILING)
def retire(wording_id: int) -> ResponseReturnValue:
    """Offer it no more; its versions stay."""
    wording = _set_retired(wording_id, True)
    told = (
        said("標準の文面に戻しました。")
        if wording.kind is not WordingKind.OWN
        else said("外しました。")
    )
    flash(said("ひな形「{name}」を{told}", name=wording.newest.name, told=told), "success")
    return redirect(url_for("wordings.index"))


@blueprint.post("/wordings/<int:wording_id>/offer")
@permitted(Action.EDIT_MAILING)
def offer(wording_id: int) -> ResponseReturnValue:
    """Offer it again."""
    wording = _set_retired(wording_id, False)
    flash(said("ひな形「{name}」を選べるようにしました。", name=wording.newest.name), "success")
    return redirect(url_for("wordings.index"))


def _set_retired(wording_id: int, retired: bool) -> Wording:
    with writing() as session:
        wording = service.get_wording(session, actor(), wording_id, lock=True)
        service.set_retired(session, actor(), wording, retired)
    return wording


def _saved(form: WordingForm) -> ResponseReturnValue:
    flash(said("ひな形「{name}」を保存しました。", name=form.text.name), "success")
    return redirect(url_for("wordings.index"))


def _form_page(form: WordingForm, wording: Wording | None) -> str:
    return render_template("wordings/form.html", form=form, wording=wording, fields=list(FIELDS))


def _steps(wording: Wording) -> list[tuple[WordingVersion, list[Row], list[Row]]]:
    """Each version with what it changed in subject and body; the first against nothing."""
    versions = wording.versions
    return [
        (versions[0], [], []),
        *(
            (new, side_by_side(old.subject, new.subject), side_by_side(old.body, new.body))
            for old, new in pairwise(versions)
        ),
    ]
