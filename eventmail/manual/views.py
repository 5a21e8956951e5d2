"""The manual as pages: for everybody, also before signing in."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from eventmail.manual import places
from eventmail.manual.reading import chapters, pictures
from eventmail.offices.permissions import Action, permitted

blueprint = Blueprint("manual", __name__, url_prefix="/manual")


def attach(app: Flask) -> None:
    """Lead from every page to what the manual says of it."""
    app.context_processor(lambda: {"help_path": places.path_for(request.endpoint)})
    app.register_blueprint(blueprint)


@blueprint.get("")
@permitted(Action.ANYBODY)
def index() -> str:
    """The contents."""
    return render_template("manual/index.html", chapters=list(chapters().values()))


@blueprint.get("/<chapter>")
@permitted(Action.ANYBODY)
def show(chapter: str) -> ResponseReturnValue:
    """One chapter."""
    found = chapters().get(chapter) or abort(404)
    order = list(chapters().values())
    at = order.index(found)
    after = order[at + 1] if at + 1 < len(order) else None
    return render_template("manual/chapter.html", chapter=found, after=after)


@blueprint.get("/images/<filename>")
@permitted(Action.ANYBODY)
def picture(filename: str) -> Response:
    """A picture of a chapter."""
    return Response(pictures().get(filename) or abort(404), mimetype="image/png")
