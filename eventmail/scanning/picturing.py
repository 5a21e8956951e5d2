"""Pages of PDFs and pictures as PNG, painted in a child process with limits."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
from contextlib import closing
from typing import Any

import pypdfium2
from PIL import Image

from eventmail.confined import ConfinedError, call

SECONDS = 30.0
MEGABYTES = 1536
WIDTH = 1_240  # pixels: A4 at 150 dots an inch
MOST_REMEMBERED = 32 * 1024 * 1024


class NoPicture(Exception):
    """The page cannot be painted."""


_painted: dict[tuple[str, int], bytes] = {}
_lock = threading.Lock()


def page_as_png(content: bytes, number: int) -> bytes:
    """Page ``number`` (from 1) of a PDF, or a picture itself. Raises :class:`NoPicture`."""
    key = hashlib.sha256(content).hexdigest(), number
    found = _painted.get(key)
    if found is None:
        found = _paint(content, number)
        _remember(key, found)
    return found


def _remember(key: tuple[str, int], png: bytes) -> None:
    with _lock:
        _painted[key] = png
        while sum(map(len, _painted.values())) > MOST_REMEMBERED and len(_painted) > 1:
            del _painted[next(iter(_painted))]


def _paint(content: bytes, number: int) -> bytes:
    payload = json.dumps({"page": number}).encode() + b"\n" + content
    try:
        answer = call(f"{__name__}:in_child", payload, seconds=SECONDS, megabytes=MEGABYTES)
    except ConfinedError as error:
        raise NoPicture from error
    return base64.b64decode(answer["png"])


def in_child(payload: bytes) -> dict[str, Any]:
    """The work itself; runs in the child."""
    head, _, content = payload.partition(b"\n")
    is_pdf = b"%PDF-" in content[:1024]
    picture = _page(content, json.loads(head)["page"]) if is_pdf else _opened(content)
    target = io.BytesIO()
    picture.save(target, "PNG")  # written anew: nothing but its pixels comes along
    return {"png": base64.b64encode(target.getvalue()).decode("ascii")}


def _page(content: bytes, number: int) -> Image.Image:
    with closing(pypdfium2.PdfDocument(content)) as document:
        document.init_forms()  # or what stands in a form's fields would not be painted
        page = document[number - 1]
        scale = WIDTH / max(*page.get_size(), 1) * 1.4
        picture: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil()
        return picture.convert("RGB")


def _opened(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as picture:
        picture.thumbnail((WIDTH, WIDTH * 2))
        return picture.convert("RGB")
