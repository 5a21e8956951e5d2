"""What a page needs to show findings where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from eventmail.mailings.findings import Finding, Where
from eventmail.mailings.findings.marking import segments
from eventmail.mailings.models import Mailing
from eventmail.mailings.snapshot import Content


def marks(mailing: Mailing, content: Content, found: Sequence[Finding]) -> dict[str, object]:
    """Subject and body in pieces, and the versions that a finding about a material links to."""
    return {
        "found": found,
        "subject_pieces": segments(content.subject, found, Where.SUBJECT),
        "body_pieces": segments(content.body, found, Where.BODY),
        "versions": {each.newest.sha256: each.newest.id for each in mailing.materials},
    }
