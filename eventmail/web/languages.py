"""The language of the pages: Japanese, or English for a browser that asked for it.

The choice is kept in a cookie of its own, so it holds on the sign-in page too. What is sent,
printed or exported stays Japanese, and a participant's page has the language of its own link.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, redirect, request
from flask.json.tag import JSONTag
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue

from eventmail.config import Settings
from eventmail.language import ENGLISH, JAPANESE, Said, in_english, told
from eventmail.language.choice import speak
from eventmail.language.saying import filled
from eventmail.offices.permissions import Action, permitted
from eventmail.web import problems

NAMES = {JAPANESE: "日本語", ENGLISH: "English"}
A_YEAR = 365 * 24 * 3600  # seconds
# Rooms and pages of participants: they speak as the link says, and know no cookie.
OWN_LANGUAGE = frozenset({"own_page", "suppression.stop", "suppression.stop_page"})
blueprint = Blueprint("languages", __name__)


@blueprint.post("/language")
@permitted(Action.ANYBODY)
def choose() -> ResponseReturnValue:
    """Show the pages in another language, and the same page again."""
    from eventmail.web.context import services

    language = request.form.get("language", JAPANESE)
    response: Response = redirect(_back(request.form.get("back", "/")))  # type: ignore[assignment]
    settings = services().settings
    response.set_cookie(
        settings.cookie("language"),
        language if language in NAMES else JAPANESE,
        max_age=A_YEAR,
        secure=settings.on_tls,
        httponly=True,
        samesite="Lax",
    )
    return response


def _back(path: str) -> str:
    """The path if it is one of ours; the first page for anything else."""
    parts = urlsplit(path)
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_ours and not parts.netloc and not parts.scheme else "/"


def attach(app: Flask, settings: Settings) -> None:
    """Speak the browser's language while a request is answered."""
    name = settings.cookie("language")

    def begin() -> None:
        speak(_of_program() if problems.is_api(request.path) else _of_browser(name))

    app.before_request(begin)
    app.teardown_request(lambda _error: speak(JAPANESE))
    app.context_processor(_for_templates)
    app.register_blueprint(blueprint)


def _of_browser(cookie: str) -> str:
    return JAPANESE if _is_participants() else request.cookies.get(cookie, JAPANESE)


def _of_program() -> str:
    return request.accept_languages.best_match([JAPANESE, ENGLISH], JAPANESE)


def _is_participants() -> bool:
    return bool(OWN_LANGUAGE & {request.blueprint, request.endpoint})


def _for_templates() -> dict[str, str]:
    """Where it is not told, the page offers no other language."""
    return {} if _is_participants() else {"page_language": ENGLISH if in_english() else JAPANESE}


class SaidTag(JSONTag):
    """A flashed sentence is said when it is shown, in the language of then."""

    key = " said"

    def check(self, value: Any) -> bool:
        """Whether the value is a sentence of ours."""
        return isinstance(value, Said)

    def to_json(self, value: Any) -> Any:
        """Its pattern and its values; those that are sentences too become words now.

        So does a sentence of another kind, which has no pattern.
        """
        if type(value) is not Said:
            return [told(value) + "", {}]
        return [value.pattern, {name: told(each) for name, each in value.values.items()}]

    def to_python(self, value: Any) -> Any:
        """The sentence again."""
        return filled(value[0], value[1])


def keep_sentences(sessions: SecureCookieSessionInterface) -> None:
    """Let the session keep sentences."""
    if SaidTag.key not in sessions.serializer.tags:
        sessions.serializer.register(SaidTag, index=0)
