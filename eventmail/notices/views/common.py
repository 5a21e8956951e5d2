"""The blueprint, and the words that all its pages use."""

from __future__ import annotations

from flask import Blueprint, render_template

from eventmail import clock
from eventmail.language import listed, said
from eventmail.notices.figures import STATE_NAMES, State
from eventmail.notices.models import Notice
from eventmail.notices.wording import named
from eventmail.offices.models import Role
from eventmail.offices.permissions import ROLE_NAMES

blueprint = Blueprint("notices", __name__)
STATE_KINDS = {
    State.LATE: "error",
    State.UNREAD: "warn",
    State.READ: "ok",
    State.NEEDLESS: "neutral",
    State.GONE: "neutral",
}


def roles_of(notice: Notice) -> str:
    """To which roles it went, in words."""
    if len(notice.roles) == len(Role):
        return said("すべての役割")
    return listed((ROLE_NAMES[Role(each)] for each in notice.roles), said("・"))


def is_late(notice: Notice) -> bool:
    """Whether its last day is over."""
    return notice.due_on is not None and notice.due_on < clock.today()


def page(template: str, **values: object) -> str:
    """A page with the words of this room."""
    return render_template(
        f"notices/{template}.html",
        named=named,
        roles_of=roles_of,
        state_names=STATE_NAMES,
        state_kinds=STATE_KINDS,
        **values,
    )
