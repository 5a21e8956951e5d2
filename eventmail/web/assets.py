"""The static files: read and packed once at the start, named by their content, kept by browsers.

Only these files are ever packed. A page that carries both something secret and something a
stranger chose must not be: its packed length would tell (BREACH).
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Request, Response, abort, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue

from eventmail.web import languages, problems

FOREVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
TEXT = frozenset({"text/css", "text/javascript", "image/svg+xml", "text/plain"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: as it is, packed if that is worth it, and the digest that names its content."""

    kind: str
    plain: bytes
    packed: bytes | None
    version: str


def read(folder: Path) -> dict[str, Asset]:
    """Every file of the folder by its name."""
    found = sorted(each for each in folder.rglob("*") if each.is_file())
    return {each.relative_to(folder).as_posix(): _asset(each) for each in found}


def _asset(path: Path) -> Asset:
    plain = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(plain, compresslevel=9, mtime=0) if kind in TEXT else plain
    version = hashlib.sha256(plain).hexdigest()[:20]
    return Asset(kind, plain, packed if len(packed) < len(plain) else None, version)


class Unasked(SecureCookieSessionInterface):
    """The usual session, but a static file is the same for everybody and says nothing of it.

    Otherwise it would vary by the cookie, and be fetched anew after every signing in. The API reads
    no cookie and sets none: who asks there is said by a token alone.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """For the API an empty one, whatever cookies the request brings."""
        if problems.is_api(request.path):
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Leave a static file's answer alone."""
        if problems.is_api(request.path):
            return
        if request.endpoint != "static" or response.status_code >= 400:
            super().save_session(app, session, response)


def attach(app: Flask) -> None:
    """Serve them at ``/static/NAME?v=VERSION``; every ``url_for`` names the version."""
    assets = read(Path(app.static_folder or ""))

    def serve(filename: str) -> ResponseReturnValue:
        asset = assets.get(filename)
        return answer(asset) if asset else abort(404)

    app.view_functions["static"] = serve
    app.session_interface = Unasked()
    languages.keep_sentences(app.session_interface)
    app.url_defaults(lambda endpoint, values: _name_version(assets, endpoint, values))


def _name_version(assets: Mapping[str, Asset], endpoint: str, values: dict[str, object]) -> None:
    asset = assets.get(str(values.get("filename"))) if endpoint == "static" else None
    if asset:
        values["v"] = asset.version


def answer(asset: Asset) -> Response:
    """The file as this browser takes it, or word that it has it already."""
    packed = asset.packed if request.accept_encodings["gzip"] else None
    response = Response(packed or asset.plain, content_type=_content_type(asset.kind))
    # Two sequences of bytes have two names: the tag is a strong one.
    response.set_etag(f"{asset.version}-gzip" if packed else asset.version)
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    current = request.args.get("v") == asset.version
    response.headers["Cache-Control"] = FOREVER if current else ASK_EACH_TIME
    response.make_conditional(request)
    return response


def _content_type(kind: str) -> str:
    return f"{kind}; charset=utf-8" if kind in TEXT else kind
