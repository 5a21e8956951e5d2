"""The bureau: assign to offices, and see how far they are, in figures only."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import places
from eventmail.offices.permissions import Action, Forbidden, permitted
from eventmail.training import figures, service
from eventmail.training.figures import Count
from eventmail.training.forms import OrderForm, office_form
from eventmail.training.views.common import blueprint, page
from eventmail.web.context import anew, reading, writing

ORDERED = said("あわせて{count}人に割り当てました。")


@blueprint.get("/overview/training")
@permitted(Action.OVERSEE)
def overview() -> str:
    """Each office's figures, and the form to assign."""
    return _page(office_form(places.overseen(reading(), current_user)))


@blueprint.post("/overview/training")
@permitted(Action.OVERSEE)
def order() -> ResponseReturnValue:
    """Assign to all or some of the bureau's offices."""
    form = office_form(places.overseen(reading(), current_user))
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with writing() as db:
            count = service.order(db, current_user, form.wanted, form.ids)
    except (NotFound, Forbidden):
        raise
    except UserError as error:
        flash(error.message, "error")
        return _page(form), 409
    flash(ORDERED.format(count=count), "success")
    return redirect(url_for("training.overview"))


def _page(form: OrderForm) -> str:
    db = anew()
    offices = places.overseen(db, current_user)
    sheet = figures.of_bureau(db, [each.id for each in offices])
    return page(
        "overview",
        form=form,
        lines=[(each.name, sheet.by_office.get(each.id, Count())) for each in offices],
        orders=sheet.orders,
    )
