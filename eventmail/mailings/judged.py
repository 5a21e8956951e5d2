"""What the gate has said to a draft's mails, kept for as long as it would say the same.

To make 300 mails takes a quarter of a second, and a draft is looked at again and again while it is
written. So a process remembers what was found under a digest of everything that it hangs on: the
content with all its recipients, and every address that the gate was told of. One more letter in the
body, one more address in the office, and all mails are made again. Nothing leaves by what is kept
here: each mail passes the gate once more before it goes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator

from sqlalchemy.orm import Session

from eventmail.mailings.findings import UNSEARCHABLE, Finding
from eventmail.mailings.rendering import OfficeAddresses
from eventmail.mailings.snapshot import Content, canonical_recipient

CARRIED = "judged drafts"
MOST = 200  # drafts; what is kept of each is a few sentences


class Judged:
    """The findings of the drafts looked at last, by the digest of what they were found in."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Finding, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def found(self, digest: str, judge: Callable[[], list[Finding]]) -> list[Finding]:
        """What was found under that digest; where nothing is kept of it, ``judge`` looks."""
        with self._lock:
            kept = self._kept.get(digest)
        found = judge() if kept is None else list(kept)
        if not any(each.code == UNSEARCHABLE for each in found):  # that look may go better later
            self._keep(digest, found)
        return found

    def _keep(self, digest: str, found: list[Finding]) -> None:
        with self._lock:
            self._kept[digest] = tuple(found)
            self._kept.move_to_end(digest)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)


def judged_of(session: Session) -> Judged:
    """What this session's service remembers; nothing, where it is of a command or a worker."""
    found = session.info.get(CARRIED)
    return found if isinstance(found, Judged) else Judged()


def digest_of_ground(content: Content, office: OfficeAddresses) -> str:
    """Another one whenever the gate could say something else. Materials stand in it by theirs."""
    digest = hashlib.sha256()
    for part in _parts(content, office):
        for each in part:
            digest.update(each.encode("utf-8", "surrogatepass") + b"\n")
        digest.update(b"\0")
    return digest.hexdigest()


def _parts(content: Content, office: OfficeAddresses) -> Iterator[Iterable[str]]:
    if not isinstance(office.known, frozenset):
        raise TypeError("all addresses are to be known before anything is kept of a draft")
    yield [repr(dataclasses.replace(content, recipients=()))]
    yield map(canonical_recipient, content.recipients)
    yield sorted(map(str, office.ours))
    yield sorted(office.known)
    yield sorted(office.suppressed)
    for participant_id, own in sorted(office.by_participant.items()):
        yield [str(participant_id), *sorted(map(str, own))]
