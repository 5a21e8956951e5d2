"""システム管理: bureaus and offices, and who administers the installation."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from eventmail.accounts.invitations import Invitee, Made
from eventmail.accounts.views import handing
from eventmail.accounts.views.entering import confirmed
from eventmail.administration import inviting, service
from eventmail.administration.forms import ManagerForm, NameForm
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.models import Bureau, Office, Role
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.roster.views.common import page_number
from eventmail.setup import facts, guide
from eventmail.web.context import anew, reading, services, writing

blueprint = Blueprint("administration", __name__)
OFFICES = 100  # on one page
BUREAU, OFFICE = said("労働局の名前"), said("所の名前")


@blueprint.get("/administration")
@permitted(Action.ADMINISTER)
def index() -> str:
    """The tree of bureaus and offices."""
    db = reading()
    guides = {each.id: guide.for_administrator(each) for each in facts.unfinished(db)}
    branches, page, pages = service.page_of(service.tree(db), page_number(), OFFICES)
    return render_template(
        "administration/index.html",
        branches=branches,
        page=page,
        pages=pages,
        guides=guides,
        first=next((each for each in guides.values() if each.deed.label), None),
        administrators=service.administrators(db),
    )


@blueprint.route("/administration/bureaus/new", methods=["GET", "POST"])
@permitted(Action.ADMINISTER)
def add_bureau() -> ResponseReturnValue:
    """One more bureau."""
    return _named(
        NameForm.of(BUREAU),
        (said("労働局を登録する"), said("登録する"), said("労働局「{name}」を登録しました。")),
        lambda db, name: service.add_bureau(db, current_user, name),
    )


@blueprint.route("/administration/bureaus/<int:bureau_id>/rename", methods=["GET", "POST"])
@permitted(Action.ADMINISTER)
def rename_bureau(bureau_id: int) -> ResponseReturnValue:
    """Another name for a bureau."""
    return _named(
        NameForm.of(BUREAU, data={"name": _name_of(Bureau, bureau_id)}),
        (
            said("労働局の名前を変える"),
            said("名前を変える"),
            said("労働局の名前を「{name}」に変えました。"),
        ),
        lambda db, name: service.rename_bureau(db, current_user, bureau_id, name),
    )


@blueprint.route("/administration/bureaus/<int:bureau_id>/offices/new", methods=["GET", "POST"])
@permitted(Action.ADMINISTER)
def add_office(bureau_id: int) -> ResponseReturnValue:
    """One more office of a bureau."""
    bureau = _name_of(Bureau, bureau_id)
    return _named(
        NameForm.of(OFFICE),
        (
            said("{bureau}に所を登録する", bureau=bureau),
            said("登録する"),
            said("所「{name}」を登録しました。"),
        ),
        lambda db, name: service.add_office(db, current_user, bureau_id, name),
    )


@blueprint.route("/administration/offices/<int:office_id>/rename", methods=["GET", "POST"])
@permitted(Action.ADMINISTER)
def rename_office(office_id: int) -> ResponseReturnValue:
    """Another name for an office."""
    return _named(
        NameForm.of(OFFICE, data={"name": _name_of(Office, office_id)}),
        (
            said("所の名前を変える"),
            said("名前を変える"),
            said("所の名前を「{name}」に変えました。"),
        ),
        lambda db, name: service.rename_office(db, current_user, office_id, name),
    )


@blueprint.get("/administration/offices/<int:office_id>/manager")
@permitted(Action.ADMINISTER)
@confirmed
def manager_page(office_id: int) -> ResponseReturnValue:
    """Who is to manage a new office."""
    return _manager_page(office_id, ManagerForm(formdata=None))


@blueprint.post("/administration/offices/<int:office_id>/manager")
@permitted(Action.ADMINISTER)
@confirmed
def invite_manager(office_id: int) -> ResponseReturnValue:
    """The first manager is there, without a password; his link is shown once, here."""
    form = ManagerForm()
    if not form.validate_on_submit():
        return _manager_page(office_id, form), 422
    roles = {Role.APPROVER} if form.approves.data else set()
    wanted = Invitee(form.login.data, form.name.data, roles, form.address.data)
    domains = services().settings.staff_domains
    return _link(
        office_id, form, lambda db: inviting.invite(db, current_user, office_id, wanted, domains)
    )


@blueprint.post("/administration/offices/<int:office_id>/manager/<int:staff_id>/link")
@permitted(Action.ADMINISTER)
@confirmed
def renew_link(office_id: int, staff_id: int) -> ResponseReturnValue:
    """Another link for the manager who has not come yet."""
    return _link(
        office_id,
        ManagerForm(formdata=None),
        lambda db: inviting.renew(db, current_user, office_id, staff_id),
    )


def _link(
    office_id: int, form: ManagerForm, make: Callable[[Session], Made]
) -> ResponseReturnValue:
    """Show the link that is made, or why there is none."""
    try:
        with writing() as db:
            made = make(db)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _manager_page(office_id, form), 409
    return handing.page(made)


def _manager_page(office_id: int, form: ManagerForm) -> str:
    db = anew()
    return render_template(
        "administration/manager.html",
        form=form,
        office=service.line(db, office_id),
        invited=inviting.invited(db, office_id),
    )


def _named(
    form: NameForm, words: tuple[str, str, str], act: Callable[[Session, str], object]
) -> ResponseReturnValue:
    """A form of one name: ask for it, do it, or say why not."""
    heading, label, done = words
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with writing() as db:
                    act(db, form.name.data)
            except NotFound:
                raise
            except UserError as error:
                form.name.errors = [error.message]
                status = 409
            else:
                flash(done.format(name=form.name.data), "success")
                return redirect(url_for("administration.index"))
    page = render_template("administration/name.html", form=form, heading=heading, label=label)
    return page, status


def _name_of(kind: type[Bureau] | type[Office], number: int) -> str:
    name = reading().scalar(sa.select(kind.name).where(kind.id == number))
    if name is None:
        raise NotFound
    return name
