"""What is known of the files on the shelf: their scans, and who has seen which page of them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import insert_new, writes
from eventmail.errors import UserError
from eventmail.events.erased import FILE_GONE
from eventmail.events.models import Blob, Material, MaterialOpening, MaterialScan, MaterialVersion
from eventmail.language import said
from eventmail.scanning import scanner
from eventmail.scanning.paging import pages_to_see
from eventmail.scanning.report import Scan

REMEMBERED = 128
PASSING = ("too_slow", "crashed")  # may go better on a machine with less to do

_by_digest: dict[str, Scan] = {}
_lock = threading.Lock()


def scan_of(session: Session, office_id: int, sha256: str) -> Scan:
    """The scan of one kept file; made now if there is none by this version of the scanner."""
    return scans_for(session, office_id, [sha256])[sha256]


def scans_for(session: Session, office_id: int, sha256s: Collection[str]) -> dict[str, Scan]:
    """The scans of several kept files. What is missing is made now, and kept where we may write.

    A scan takes a while: whoever is about to open a transaction for a file that somebody has just
    brought calls :func:`prepare` first.
    """
    found = {} if writes(session) else _known(sha256s)
    rows = session.scalars(
        sa.select(MaterialScan).where(
            MaterialScan.office_id == office_id,
            MaterialScan.sha256.in_(set(sha256s) - found.keys()),
            MaterialScan.scanner == scanner.VERSION,
        )
    )
    for each in rows:
        found[each.sha256] = Scan.from_json(each.told)
        _remember(each.sha256, found[each.sha256])
    for sha256 in set(sha256s) - found.keys():
        found[sha256] = _scan_kept(session, office_id, sha256)
    return found


def _known(sha256s: Collection[str]) -> dict[str, Scan]:
    """What this process knows of the files; another one may have had more luck with some."""
    known = {each: _by_digest.get(each) for each in sha256s}
    return {
        sha256: scan
        for sha256, scan in known.items()
        if scan is not None and scan.unscannable not in PASSING
    }


def prepare(content: bytes, filename: str) -> Scan:
    """Scan a file before a transaction begins that will put it on the shelf: it takes a while."""
    sha256 = hashlib.sha256(content).hexdigest()
    found = _by_digest.get(sha256)
    if found is None:
        found = scanner.scan(content, filename)
        _remember(sha256, found)
    return found


def prepare_again(content: bytes, filename: str) -> Scan:
    """Scan a file anew whose scan did not come to its end."""
    with _lock:
        _by_digest.pop(hashlib.sha256(content).hexdigest(), None)
    return prepare(content, filename)


def keep(session: Session, office_id: int, sha256: str, scan: Scan) -> None:
    """Keep a scan, in the place of the one before."""
    _remember(sha256, scan)
    key = {"office_id": office_id, "sha256": sha256}
    values: dict[str, Any] = {
        "scanner": scanner.VERSION,
        "told": scan.to_json(),
        "scanned_at": clock.now(),
    }
    insert_new(session, MaterialScan, key | values)
    session.execute(
        sa.update(MaterialScan)
        .where(MaterialScan.office_id == office_id, MaterialScan.sha256 == sha256)
        .values(values)
    )


def note_opening(session: Session, staff_id: int, office_id: int, sha256: str, page: int) -> None:
    """Write down that a person has seen a page. Raises :class:`UserError` if there is none such."""
    pages = pages_to_see(scan_of(session, office_id, sha256))
    if not 1 <= page <= pages:
        raise UserError(said("そのページはありません。資料を開き直してください。"))
    values = {
        "office_id": office_id,
        "sha256": sha256,
        "staff_id": staff_id,
        "pages": pages,
        "page": page,
        "seen_at": clock.now(),
    }
    if page not in seen_pages(session, staff_id, office_id, sha256, pages):
        insert_new(session, MaterialOpening, values)


def seen_pages(
    session: Session, staff_id: int, office_id: int, sha256: str, pages: int
) -> frozenset[int]:
    """The pages of a file that a person has seen."""
    query = sa.select(MaterialOpening.page).where(
        MaterialOpening.staff_id == staff_id,
        MaterialOpening.office_id == office_id,
        MaterialOpening.sha256 == sha256,
        MaterialOpening.pages == pages,
    )
    return frozenset(session.scalars(query))


def opened_to_the_end(
    session: Session, staff_id: int, office_id: int, sha256s: Collection[str]
) -> frozenset[str]:
    """Those of the files of which the person has seen every page."""
    query = (
        sa.select(MaterialOpening.sha256)
        .where(
            MaterialOpening.staff_id == staff_id,
            MaterialOpening.office_id == office_id,
            MaterialOpening.sha256.in_(set(sha256s)),
        )
        .group_by(MaterialOpening.sha256, MaterialOpening.pages)
        .having(sa.func.count() == MaterialOpening.pages)
    )
    return frozenset(session.scalars(query))


def _scan_kept(session: Session, office_id: int, sha256: str) -> Scan:
    found = _by_digest.get(sha256)
    if found is None:
        query = sa.select(Blob.content).where(Blob.office_id == office_id, Blob.sha256 == sha256)
        content = session.scalars(query).one()
        if not content:
            raise UserError(FILE_GONE)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError(f"the stored file {sha256} was changed")
        found = prepare(content, _name_of(session, office_id, sha256))
    if writes(session):
        keep(session, office_id, sha256, found)
    return found


def _name_of(session: Session, office_id: int, sha256: str) -> str:
    """A name that the file has on some shelf: it tells a table from a text."""
    query = (
        sa.select(Material.filename)
        .join(Material.versions)
        .where(MaterialVersion.office_id == office_id, MaterialVersion.sha256 == sha256)
        .limit(1)
    )
    return session.scalar(query) or ""


def _remember(sha256: str, scan: Scan) -> None:
    with _lock:
        while len(_by_digest) >= REMEMBERED:
            del _by_digest[next(iter(_by_digest))]
        _by_digest[sha256] = scan
