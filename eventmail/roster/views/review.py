"""The review of an upload: what was read, what is in the way, what would change; the yes to it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.privacy import erasing
from eventmail.roster import pending, planning, service, showing
from eventmail.roster.forms import MappingForm
from eventmail.roster.models import AT_WORK, ImportState, RosterImport
from eventmail.roster.showing import Show
from eventmail.roster.views.common import (
    Place,
    blueprint,
    carry_on,
    corrections,
    place,
    require_stamp,
    tell_voided,
)
from eventmail.roster.views.uploading import AT_STEP, STEPS, WORK, Stage, progress_of, stage
from eventmail.roster.words import ENCODINGS, FORMATS, REASONS, SHOW_NAMES
from eventmail.sealing import Sealer
from eventmail.web.context import actor, reading, services, writing

SKIPPED_SHOWN = NOTES_SHOWN = 50


@blueprint.get("/events/<int:event_id>/roster/<int:import_id>")
@permitted(Action.IMPORT_ROSTER)
def review(event_id: int, import_id: int) -> ResponseReturnValue:
    """Where the import stands: at work, failed, waiting for answers, or done."""
    return review_page(event_id, import_id)


@blueprint.post("/events/<int:event_id>/roster/<int:import_id>")
@permitted(Action.IMPORT_ROSTER)
def confirm(event_id: int, import_id: int) -> ResponseReturnValue:
    """Import what was shown."""
    try:
        with writing() as session:
            event = events.get_event(session, actor(), event_id)
            found = service.get_import(session, event, import_id, lock=True)
            require_stamp(found)
            service.confirm(session, actor(), found, found.stamp)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return review_page(event_id, import_id, 409)
    found = carry_on(found)
    if found.state is ImportState.APPLIED:
        return _imported(found)
    return redirect(
        url_for("roster.review", event_id=event_id, import_id=import_id, confirmed="yes")
    )


def review_page(event_id: int, import_id: int, status: int = 200) -> ResponseReturnValue:
    """The page that fits the import's state."""
    session = reading()
    event = events.get_event(session, actor(), event_id)
    found = service.get_import(session, event, import_id)
    if found.state in AT_WORK:
        return _progress(event, found), status
    if found.state is ImportState.FAILED:
        return render_template("roster/failed.html", event=event, found=found), status
    if found.state is ImportState.APPLIED and "confirmed" in request.args:
        return _imported(found)  # a worker has written it while the person watched
    if found.state is not ImportState.PENDING:
        if status == 200:
            flash(pending.MOVED_ON, "info")
        return redirect(url_for("events.show", event_id=event.id))
    return render_template("roster/review.html", **_shown(session, event, found)), status


def _listed(session: Session, event: Event, found: RosterImport, here: Place) -> dict[str, object]:
    if here.show is Show.GONE:
        return {"listed": showing.gone_page(session, event, found, here.q, here.page)}
    listed = showing.rows(session, found, here.show, here.q, here.page)
    return {"listed": listed, "bundles": list(showing.bundles(found, listed.items))}


def _imported(found: RosterImport) -> ResponseReturnValue:
    flash(said("参加者名簿を取り込みました（{count}件）。", count=found.counts["taken"]), "success")
    tell_voided(int(found.counts.get("voided", 0)))
    return redirect(url_for("events.show", event_id=found.event_id))


def _progress(event: Event, found: RosterImport) -> str:
    return render_template(
        "roster/progress.html",
        event=event,
        found=found,
        heading=WORK[found.state],
        told=progress_of(found),
        steps=STEPS,
        at_step=AT_STEP[found.state],
        stage=stage(found).value,
        counted=stage(found) is Stage.READING,
        may_stop=found.state is not ImportState.APPLYING,
    )


def _shown(session: Session, event: Event, found: RosterImport) -> dict[str, object]:
    here = place()
    read = service.reading_of(found)
    return {
        "event": event,
        "found": found,
        "reading": read,
        "place": here,
        **_listed(session, event, found, here),
        "first_gone": showing.first_gone(session, event, found),
        "counts": showing.counts(found),
        "obstacles": planning.placed_obstacles(session, found),
        "alarms": planning.open_alarms(found),
        "questions": planning.open_questions(found, read),
        "alike": showing.alike(session, found),
        "mapping_form": MappingForm.of(read),
        "before": service.imported_before(session, found),
        "erased_rows": erasing.erased_rows(session, Sealer.of(services().settings), found),
        "uploaded_by": _uploader(session, found),
        "notes": corrections(found)[:NOTES_SHOWN],
        "skipped": read.skipped[:SKIPPED_SHOWN],
        "formats": FORMATS,
        "encodings": ENCODINGS,
        "reason_names": REASONS,
        "show_names": SHOW_NAMES,
        "Show": Show,
    }


def _uploader(session: Session, found: RosterImport) -> str:
    return offices.staff_names(session, [found.uploaded_by or 0]).get(found.uploaded_by or 0, "")
