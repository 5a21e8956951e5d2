"""Links by which the office's people set their own passwords: made, shown once, taken back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventmail.accounts import invitations
from eventmail.accounts.invitations import Invitee
from eventmail.accounts.views import handing
from eventmail.accounts.views.entering import confirmed
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.people import service
from eventmail.people.forms import InviteForm
from eventmail.people.views import blueprint
from eventmail.web.context import actor, anew, services, writing

__all__ = ["blueprint"]
REVOKED = said("「{name}」さんのリンクを取り消しました。")


@blueprint.get("/people/new")
@permitted(Action.MANAGE_STAFF)
def invite_page() -> str:
    """Who is to come, and as what."""
    return _page(InviteForm(formdata=None))


@blueprint.post("/people/new")
@permitted(Action.MANAGE_STAFF)
def invite() -> ResponseReturnValue:
    """The person is there, without a password; his link is shown once, here."""
    form = InviteForm()
    if not form.validate_on_submit():
        return _page(form), 422
    wanted = Invitee(
        form.login.data,
        form.name.data,
        frozenset(Role(each) for each in form.roles.data),
        form.address.data,
    )
    domains = services().settings.staff_domains
    try:
        with writing() as session:
            office = session.get_one(Office, actor().office.id)
            made = invitations.invite(session, actor(), office, wanted, domains)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(form), 409
    return handing.page(made)


@blueprint.post("/people/<int:staff_id>/link")
@permitted(Action.MANAGE_STAFF)
@confirmed
def new_link(staff_id: int) -> ResponseReturnValue:
    """A new link for somebody who has forgotten his password, or lost the first one."""
    try:
        with writing() as session:
            staff = service.person(session, actor(), staff_id)
            made = invitations.reset(session, actor(), staff)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return redirect(url_for("people.index"))
    return handing.page(made)


@blueprint.post("/people/links/<int:invitation_id>/revoke")
@permitted(Action.MANAGE_STAFF)
def revoke_link(invitation_id: int) -> ResponseReturnValue:
    """The link opens nothing any more."""
    with writing() as session:
        found = invitations.revoke(session, actor(), invitation_id)
        name = session.get_one(Staff, found.staff_id).name
    flash(REVOKED.format(name=name), "success")
    return redirect(url_for("people.index"))


def _page(form: InviteForm) -> str:
    anew()
    return render_template("people/new.html", form=form)
