"""職員: the office's people, and how one of them leaves."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventmail.accounts import invitations
from eventmail.accounts.views.entering import confirmed
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import service as offices
from eventmail.offices.permissions import ROLE_NAMES, Action, Forbidden, permitted
from eventmail.people import service
from eventmail.people.forms import LeaveForm, RolesForm
from eventmail.web.context import actor, anew, reading, writing

blueprint = Blueprint("people", __name__)
PROPOSED = said("「{name}」の役割の変更を提案しました。ほかの職員が認めると変わります。")
NOT_CONFIRMED = said("利用を止めることを確認し、チェックを入れてください。")


@blueprint.get("/people")
@permitted(Action.MANAGE_STAFF)
def index() -> str:
    """Whoever serves here, and apart from them those who left."""
    db = reading()
    found = service.people(db, actor())
    links = invitations.open_invitations(db, actor().office.id)
    return render_template(
        "people/index.html",
        serving=[each for each in found if each.active and each.roles],
        waiting=[each for each in found if each.active and not each.roles],
        gone=[each for each in found if not each.active],
        links=links,
        names=offices.staff_names(db, [each.staff_id for each in links]),
    )


@blueprint.route("/people/<int:staff_id>/roles", methods=["GET", "POST"])
@permitted(Action.MANAGE_STAFF)
def roles(staff_id: int) -> ResponseReturnValue:
    """Propose other roles for somebody; another person confirms them."""
    staff = service.person(reading(), actor(), staff_id)
    held = [role.value for role in staff.roles_in(actor().office.id)]
    form, status = RolesForm(data={"roles": held}), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with writing() as db:
                    service.propose_roles(
                        db, actor(), staff_id, form.roles.data or [], form.reason.data
                    )
            except (NotFound, Forbidden):
                raise
            except UserError as error:
                status = 409
                flash(error.message, "error")
            else:
                flash(PROPOSED.format(name=staff.name), "success")
                return redirect(url_for("people.index"))
    return render_template("people/roles.html", staff=staff, form=form), status


@blueprint.get("/people/<int:staff_id>/leave")
@permitted(Action.MANAGE_STAFF)
@confirmed
def leave_page(staff_id: int) -> ResponseReturnValue:
    """What he has in hand, and who goes on with it."""
    db = reading()
    staff = service.person(db, actor(), staff_id)
    try:
        service.refuse_to_deactivate(db, actor(), staff)
    except UserError as error:
        flash(error.message, "error")
        return redirect(url_for("people.index"))
    return _page(staff_id, LeaveForm.of(service.heirs(db, actor(), staff)))


@blueprint.post("/people/<int:staff_id>/leave")
@permitted(Action.MANAGE_STAFF)
@confirmed
def leave(staff_id: int) -> ResponseReturnValue:
    """He is deactivated; his letters go to a colleague."""
    db = reading()
    form = LeaveForm.of(service.heirs(db, actor(), service.person(db, actor(), staff_id)))
    if not form.validate_on_submit():
        return _page(staff_id, form), 422
    if request.form.get("confirmed") != "yes":
        flash(NOT_CONFIRMED, "error")
        return _page(staff_id, form), 422
    try:
        with writing() as session:
            staff = service.deactivate(
                session, actor(), staff_id, form.heir.data, form.stamp.data or ""
            )
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(staff_id, form), 409
    flash(said("「{name}」の利用を止めました。", name=staff.name), "success")
    return redirect(url_for("people.index"))


@blueprint.post("/people/<int:staff_id>/come-back")
@permitted(Action.MANAGE_STAFF)
@confirmed
def come_back(staff_id: int) -> ResponseReturnValue:
    """He may sign in again."""
    with writing() as session:
        staff = service.reactivate(session, actor(), staff_id)
    flash(said("「{name}」の利用を再開しました。", name=staff.name), "success")
    return redirect(url_for("people.index"))


def _page(staff_id: int, form: LeaveForm) -> str:
    db = anew()
    staff = service.person(db, actor(), staff_id)
    return render_template(
        "people/leave.html",
        staff=staff,
        left=service.in_hand(db, actor(), staff),
        form=form,
        role_words=ROLE_NAMES,
    )
