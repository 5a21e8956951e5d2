"""The blueprint, and the words that all its pages use."""

from __future__ import annotations

from flask import Blueprint, render_template

from eventmail.training.figures import FATE_NAMES, Fate, fate_of
from eventmail.training.models import PURPOSE_NAMES, Assignment
from eventmail.training.papers import SORT_NAMES, paper

blueprint = Blueprint("training", __name__)
FATE_KINDS = {
    Fate.OVERDUE: "error",
    Fate.FAILED: "warn",
    Fate.OPEN: "info",
    Fate.DONE: "ok",
    Fate.CONFIRMED: "ok",
    Fate.GONE: "neutral",
}


def title_of(made: Assignment) -> str:
    """What an assignment's paper is called."""
    return paper(made.sort, made.edition).title


def page(template: str, **values: object) -> str:
    """A page with the words of this room."""
    return render_template(
        f"training/{template}.html",
        title_of=title_of,
        fate_of=fate_of,
        fate_names=FATE_NAMES,
        fate_kinds=FATE_KINDS,
        sort_names=SORT_NAMES,
        purpose_names=PURPOSE_NAMES,
        **values,
    )
