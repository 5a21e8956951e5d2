"""What a material carries without showing it (L5): what its scan says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from eventmail.mailings.findings.finding import UNSEARCHABLE, Finding, Level
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.telling import found, of_material
from eventmail.scanning.judging import UNSCANNABLE, Remark, remarks
from eventmail.scanning.report import Scan
from eventmail.wire.searchable import TOO_MANY

APPROVER = "このまま送るには、決裁者の判断が必要です。"


def contents(ground: Ground) -> Iterator[Finding]:
    """Hidden sheets, rows and columns, comments, changes, properties, text under black bars."""
    for material, scan in ground.scanned():
        for each in remarks(scan, material.filename):
            code, message = _told(scan, each)
            place = of_material(material, each.where)
            yield found(code, Level(each.level), message, [place])


def _told(scan: Scan, remark: Remark) -> tuple[str, str]:
    """A file that nobody saw into the approver may answer for; a list of addresses was seen."""
    if remark.code != UNSCANNABLE or scan.unscannable == TOO_MANY:
        return remark.code, remark.message
    return UNSEARCHABLE, remark.message + APPROVER
