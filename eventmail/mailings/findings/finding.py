"""指摘: what a rule saw in a draft, how much it weighs, and where."""

from __future__ import annotations

import enum
import hashlib
import json
from dataclasses import asdict, dataclass


class Level(enum.StrEnum):
    """How much a finding weighs."""

    BLOCK = "block"
    WARN = "warn"
    NOTE = "note"


class Where(enum.StrEnum):
    """The part of a mailing that a finding is about."""

    SUBJECT = "subject"
    BODY = "body"
    MATERIAL = "material"
    RECIPIENTS = "recipients"
    MAILING = "mailing"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands.

    ``start`` and ``end`` count characters of the subject or body as it was written. ``material``
    is the SHA-256 of the file, ``spot`` its page, sheet or cell in words. ``contact_ids`` are the
    recipients concerned.
    """

    where: Where
    start: int | None = None
    end: int | None = None
    material: str = ""
    spot: str = ""
    contact_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence with what was seen, and the way out.

    One that blocks must be mended before submitting; a warning must be answered with a reason,
    which the reviewers see; a note is good to know. ``also`` are more places of the same, and
    ``about`` values that the page can offer something for, such as addresses.
    """

    code: str
    message: str
    level: Level = Level.BLOCK
    place: Place | None = None
    also: tuple[Place, ...] = ()
    about: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """All places where it stands."""
        return ((self.place,) if self.place else ()) + self.also

    @property
    def blocks(self) -> bool:
        """Whether it stands in the way of submitting, whatever is answered."""
        return self.level is Level.BLOCK

    @property
    def key(self) -> str:
        """Names this very finding: an answer to it holds until it says something else.

        Where in a text it stands does not count, so that an answer outlives edits elsewhere.
        """
        place = asdict(self.place) if self.place else {}
        lasting = {name: place.get(name) for name in ("where", "material", "spot", "contact_ids")}
        told = json.dumps([self.code, self.message, lasting], ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()


UNSEARCHABLE = "unsearchable_material"  # the gate cannot look into it
UNSCANNABLE = "unscannable_material"  # nor can the scanner


def is_liftable(finding: Finding) -> bool:
    """Whether the approver may answer for it: a file of the mailing that nobody can look into."""
    in_file = finding.place is not None and bool(finding.place.material)
    return finding.blocks and finding.code in (UNSEARCHABLE, UNSCANNABLE) and in_file
