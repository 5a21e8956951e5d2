"""Where addresses may stand inside a material: looked for once per file, in a confined child.

The answer is pinned by the file's digest. What cannot be looked into (a password, an archive
format we do not open, a bomb) has a reason instead of an answer, and then nothing is sent.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import threading
from collections.abc import Container
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eventmail.confined import ConfinedError, TooSlow, call
from eventmail.wire import extract
from eventmail.wire.material import EncodedMaterial
from eventmail.wire.remembered import Remembered
from eventmail.wire.sites import Site, shows
from eventmail.wire.views import all_sites

SECONDS = 60.0
MEGABYTES = 1536
MOST_SITES = 20_000  # a file with more is a list of addresses, whatever it was meant to be
TOO_MANY = "too_many_addresses"
_REMEMBERED = 256


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """The sites of one file, or the reason (an English code) why there is no answer.

    Compared by identity, so that it can be the key of a cache.
    """

    sites: tuple[Site, ...]
    unsearchable: str = ""

    @property
    def liftable(self) -> bool:
        """Whether a person may answer for it: nobody saw into it. A list of addresses was seen."""
        return self.unsearchable not in ("", TOO_MANY)


_by_digest: dict[str, Searched] = {}
_under_way: dict[str, Future[Searched]] = {}
_on_disk: list[Remembered] = []
_lock = threading.Lock()


def search(content: bytes) -> Searched:
    """Look for addresses in ``content``. Slow the first time, at once for the same bytes later."""
    digest = hashlib.sha256(content).hexdigest()
    return search_pinned(digest, content)


def search_pinned(digest: str, content: bytes) -> Searched:
    """As :func:`search`, for a caller who has just computed the SHA-256 of ``content``."""
    with _lock:
        found, under_way = _by_digest.get(digest), _under_way.get(digest)
        if found is not None:
            return found
        mine = under_way is None
        if under_way is None:
            under_way = _under_way[digest] = Future()
    if mine:
        _work_out(digest, content, under_way)
    return under_way.result()


def remember_in(folder: Path, secret: str) -> None:
    """Share the answers with the other processes of this installation, in files sealed by it."""
    _on_disk[:] = [Remembered(folder, secret.encode())]


def search_ahead(content: bytes) -> None:
    """Begin to look through a file that will be asked about soon."""
    threading.Thread(target=search, args=(content,), daemon=True).start()


def _work_out(digest: str, content: bytes, answer: Future[Searched]) -> None:
    """One child for a file, however many threads ask about it at once."""
    try:
        found = _searched(digest, content)
        if found.unsearchable not in _PASSING:
            _remember(digest, found)
        answer.set_result(found)
    except BaseException as error:
        answer.set_exception(error)
        raise
    finally:
        with _lock:
            del _under_way[digest]


def search_material(material: EncodedMaterial) -> Searched:
    """As :func:`search`, of a file as it stands ready to be set into mails."""
    _, _, lines = material.part.partition(b"\r\n\r\n")
    return search_pinned(material.digest, base64.b64decode(lines))


_PASSING = frozenset(("too_slow", "crashed"))  # may go better on a machine with less to do


def _remember(digest: str, found: Searched) -> None:
    with _lock:
        while len(_by_digest) >= _REMEMBERED:
            del _by_digest[next(iter(_by_digest))]
        _by_digest[digest] = found


class Unchanging(Container[str]):
    """A container that says the same for ever, so that its answers may be remembered."""

    __slots__ = ()


def suspects(searched: Searched, known: Container[str]) -> tuple[Site, ...]:
    """The sites that show anybody in ``known``: asked once per file and roster, not per mail."""
    if isinstance(known, (frozenset, Unchanging)):
        return _suspects(searched, known)
    return tuple(site for site in searched.sites if shows(site, known, ()))


@functools.lru_cache(maxsize=64)
def _suspects(searched: Searched, known: frozenset[str] | Unchanging) -> tuple[Site, ...]:
    return tuple(site for site in searched.sites if shows(site, known, ()))


def _searched(digest: str, content: bytes) -> Searched:
    answer = next((found for kept in _on_disk if (found := kept.find(digest))), None)
    if answer is None:
        try:
            answer = call(f"{__name__}:in_child", content, seconds=SECONDS, megabytes=MEGABYTES)
        except TooSlow:
            return Searched((), "too_slow")
        except ConfinedError:
            return Searched((), "crashed")
        for kept in _on_disk:
            kept.keep(digest, answer)
    sites = tuple(Site.from_json(each) for each in answer["sites"])
    return Searched(sites, answer["unsearchable"])


def in_child(content: bytes) -> dict[str, Any]:
    """The work itself; runs in the child."""
    found: dict[Site, None] = {}
    try:
        for text in extract.texts(content, extract.Budget()):
            found.update(dict.fromkeys(all_sites(text)))
            if len(found) > MOST_SITES:
                raise extract.Unsearchable(TOO_MANY)
    except extract.Unsearchable as error:
        # What was seen before counts, should a person let the rest go unseen.
        seen = [] if error.reason == TOO_MANY else [site.to_json() for site in found]
        return {"sites": seen, "unsearchable": error.reason}
    return {"sites": [site.to_json() for site in found], "unsearchable": ""}
