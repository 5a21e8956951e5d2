"""The pages of the material shelf: versions, one version page by page, its clean copy."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.errors import NotFound, UserError
from eventmail.events import service, shelf, showing
from eventmail.events.models import MaterialVersion
from eventmail.events.views import tell_voided
from eventmail.language import retold, said
from eventmail.mailings import service as mailings
from eventmail.mailings.deciding import in_check_with
from eventmail.mailings.views.checking import lead_on
from eventmail.offices.permissions import Action, permitted
from eventmail.scanning import cleaner
from eventmail.scanning.picturing import NoPicture, page_as_png
from eventmail.web.context import actor, anew, reading, writing

blueprint = Blueprint("materials", __name__)

SEEN_ALL = said("「{name}」を最後のページまで見たことを記録しました。")
NOT_NEWEST = said("新しい版があります。いちばん新しい版を開いて、もう一度行ってください。")
NOTHING_DONE = said("自動で取り除けるものがないため、新しい版は作りませんでした。")
CLEANED = said("「{name}」のきれいな写しを第{number}版として置きました（取り除いたもの：{done}）。")
NOT_ALL = said("「{name}」には、まだ見ていないページがあります（{pages}）。")


@blueprint.get("/events/<int:event_id>/materials/<int:material_id>")
@permitted(Action.SEE)
def versions(event_id: int, material_id: int) -> str:
    """All versions of one material, the newest first."""
    session = reading()
    event = service.get_event(session, actor(), event_id)
    found = next((e for e in service.shelf(session, event) if e.id == material_id), None)
    if found is None:
        raise NotFound
    scans = shelf.scans_for(session, event.office_id, {e.sha256 for e in found.versions})
    return render_template(
        "events/material.html",
        event=event,
        material=found,
        scans=scans,
        people=showing.people(session, found.versions),
        kinds=showing.KINDS,
    )


@blueprint.get("/materials/<int:version_id>/look")
@permitted(Action.SEE)
def look(version_id: int) -> str:
    """One version: what it hides, the addresses in it, and one of its pages."""
    return _page(version_id, request.args.get("page", 1, type=int))


@blueprint.get("/materials/<int:version_id>/pages/<int:number>.png")
@permitted(Action.SEE)
def picture(version_id: int, number: int) -> ResponseReturnValue:
    """One page as a picture."""
    version, content = service.get_version(reading(), actor(), version_id)
    shown = showing.show_version(reading(), actor(), version, number)
    if not shown.is_pictured or shown.page != number:
        raise NotFound
    try:
        return Response(page_as_png(content, number), mimetype="image/png")
    except NoPicture as error:
        raise NotFound from error


@blueprint.post("/materials/<int:version_id>/pages/<int:number>/seen")
@permitted(Action.SEE)
def seen(version_id: int, number: int) -> ResponseReturnValue:
    """Write down that the person has seen this page, and go to the next one."""
    with writing() as session:
        version, _ = service.get_version(session, actor(), version_id)
        shelf.note_opening(session, actor().id, version.office_id, version.sha256, number)
        shown = showing.show_version(session, actor(), version, number)
    if number < shown.pages:
        return redirect(_to(version_id, number + 1))
    name = version.material.filename
    if not shown.left:
        return _seen_all(version, SEEN_ALL.format(name=name)) or redirect(_to(version_id, number))
    pages = said("、").join(said("{page}ページ", page=each) for each in shown.left[:5])
    flash(
        NOT_ALL.format(
            name=name, pages=said("{pages}ほか", pages=pages) if shown.left[5:] else pages
        ),
        "warning",
    )
    return redirect(_to(version_id, shown.left[0]))


def _seen_all(version: MaterialVersion, sentence: str) -> ResponseReturnValue | None:
    """Whoever checks one mailing with it goes on to his next task there."""
    session = anew()
    checks = in_check_with(session, actor(), version.event_id, version.sha256)
    if len(checks) == 1:
        return lead_on(session, checks[0], sentence)
    flash(sentence, "success")
    return None


@blueprint.post("/materials/<int:version_id>/clean")
@permitted(Action.EDIT_MATERIALS)
def clean(version_id: int) -> ResponseReturnValue:
    """Put a copy without hidden content on the shelf as the next version."""
    version, content = service.get_version(reading(), actor(), version_id)
    name = version.material.filename
    try:
        if version.number != version.material.newest.number or version.material.removed:
            raise UserError(NOT_NEWEST)
        made = cleaner.clean(content, name)
        if not made.done:
            raise UserError("".join((NOTHING_DONE, *made.left)))
        shelf.prepare(made.content, name)  # takes a while: before the transaction
        with writing() as session:
            event = service.get_event(session, actor(), version.event_id)
            put = service.put_material(session, actor(), event, name, made.content)
            voided = mailings.refresh(session, event)
    except UserError as error:
        flash(error.message, "error")
        return redirect(_to(version_id, 1))
    flash(
        CLEANED.format(name=name, number=put.number, done=said("、").join(map(retold, made.done))),
        "success",
    )
    for each in made.left:
        flash(each, "warning")
    tell_voided(bool(voided))
    return redirect(url_for("materials.look", version_id=put.id))


@blueprint.post("/materials/<int:version_id>/scan")
@permitted(Action.SEE)
def scan(version_id: int) -> ResponseReturnValue:
    """Scan a file once more whose scan did not come to its end."""
    version, content = service.get_version(reading(), actor(), version_id)
    found = shelf.prepare_again(content, version.material.filename)
    with writing() as session:
        shelf.keep(session, version.office_id, version.sha256, found)
    flash(said("もう一度調べました。"), "info")
    return redirect(_to(version_id, 1))


def _page(version_id: int, page: int) -> str:
    session = reading()
    version, _ = service.get_version(session, actor(), version_id)
    shown = showing.show_version(session, actor(), version, page)
    checks = in_check_with(session, actor(), shown.event.id, version.sha256)
    return render_template(
        "events/material_page.html", shown=shown, event=shown.event, checks=checks
    )


def _to(version_id: int, page: int) -> str:
    return url_for("materials.look", version_id=version_id, page=page) + "#page"
