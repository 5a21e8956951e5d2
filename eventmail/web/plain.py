"""A page that asks nothing of session and database: for whom we know nothing of, or too much."""

from __future__ import annotations

from flask import Response, current_app


def plain_page(status: int, sentence: str) -> Response:
    """One sentence, without who is signed in and without a link."""
    template = current_app.jinja_env.get_template("web/plain.html")
    return Response(template.render(sentence=sentence), status, mimetype="text/html")
