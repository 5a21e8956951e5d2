"""What a material carries without showing it (L5): what its scan says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from eventmail.mailings.findings.finding import Finding, Level
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.telling import found, of_material
from eventmail.scanning.judging import remarks


def contents(ground: Ground) -> Iterator[Finding]:
    """Hidden sheets, rows and columns, comments, changes, properties, text under black bars."""
    for material, scan in ground.scanned():
        for each in remarks(scan, material.filename):
            place = of_material(material, each.where)
            yield found(each.code, Level(each.level), each.message, [place])
