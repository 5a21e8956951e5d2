"""What the gate has said to a draft's mails, kept for as long as it would say the same.

To make 300 mails takes a quarter of a second, and a draft is looked at again and again while it is
written. So a process remembers what was found under a digest of everything that it hangs on: the
content with all its recipients, and every address that the gate was told of. One more letter in the
body, one more address in the office, and all mails are made again. Nothing leaves by what is kept
here: each mail passes the gate once more before it goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from eventmail.mailings.findings import UNSEARCHABLE, Finding
from eventmail.mailings.known import KnownKeys
from eventmail.mailings.rendering import OfficeAddresses
from eventmail.mailings.snapshot import Content, canonical_recipient
from eventmail.remembering import Remembered

CARRIED = "judged drafts"
MOST = 200  # drafts; what is kept of each is a few sentences


def _is_certain(found: tuple[Finding, ...]) -> bool:
    """A file that could not be looked into may be, next time: the machine was busy."""
    return not any(each.code == UNSEARCHABLE for each in found)


class Judged(Remembered[str, tuple[Finding, ...]]):
    """The findings of the drafts looked at last, by the digest of what they were found in."""

    def __init__(self) -> None:
        super().__init__(MOST, worth=_is_certain)


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
    if not isinstance(office.known, KnownKeys):
        raise TypeError("all addresses are to be known before anything is kept of a draft")
    yield [repr(content.alone)]
    yield map(canonical_recipient, content.recipients)
    yield sorted(map(str, office.ours))
    yield [office.known.digest]
    yield sorted(office.suppressed)
    for participant_id, own in sorted(office.by_participant.items()):
        yield [str(participant_id), *sorted(map(str, own))]
