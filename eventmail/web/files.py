"""Files that are made while they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from flask import Response, send_file, stream_with_context

from eventmail.web.context import reading


def streamed(pieces: Iterator[bytes], name: str, kind: str) -> Response:
    """A download that begins with its first piece; the request's session reads on until its end.

    If a piece fails, the connection breaks off, and the browser says that the file is not whole.
    """
    response = send_file(BytesIO(), mimetype=kind, as_attachment=True, download_name=name)
    del response.headers["Content-Length"]
    response.response = stream_with_context(_to_the_end(pieces))
    return response


def _to_the_end(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The request has ended before its first piece is made: what is read since ends here."""
    try:
        yield from pieces
    finally:
        reading().close()
