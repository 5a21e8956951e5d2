"""The rehearsal: every mail of a draft made and passed through the gate, without sending.

With thousands of recipients it takes long. So the pages rehearse before they take the lock under
which a draft is frozen; inside it the result is used only if nothing has changed since. And a
process that serves pages remembers what it found (``judged.py``).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.events import service as events
from eventmail.mailings import findings, surveying
from eventmail.mailings.acquainted import acquaintances
from eventmail.mailings.findings import Finding, is_liftable
from eventmail.mailings.freezing import office_addresses, pages_of
from eventmail.mailings.judged import digest_of_ground, judged_of
from eventmail.mailings.models import Mailing
from eventmail.mailings.rendering import OfficeAddresses, Press, make_press
from eventmail.mailings.snapshot import Content
from eventmail.suppression.tokens import links_of
from eventmail.wire import Unwritable


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was found in a content, against which addresses of the office and at which stamp."""

    content: Content
    office: OfficeAddresses
    findings: tuple[Finding, ...]
    stamp: tuple[object, ...] = ()


def rehearse(session: Session, content: Content, earlier: Rehearsal | None = None) -> Rehearsal:
    """Look through a content and, where nothing simpler blocks, make and judge all its mails.

    ``earlier`` is given back if it was of this very content and of what is known by now.
    """
    mailing = session.get_one(Mailing, content.mailing_id)
    place = mailing.office_id, mailing.event_id
    known = acquaintances(session, mailing.office_id).keys
    office = office_addresses(session, *place, stoppable=mailing.stoppable, known=known)
    stamp = surveying.stamp(session, mailing)
    now = (content, office, stamp)
    if earlier is not None and (earlier.content, earlier.office, earlier.stamp) == now:
        return earlier
    found = findings.of_content(content)
    found += findings.of_ground(surveying.survey(session, mailing, content))
    if not any(each.blocks and not is_liftable(each) for each in found):
        told = {each.place for each in found if is_liftable(each)}
        of_mails = judged_of(session).of(
            digest_of_ground(content, office),
            lambda: tuple(_of_mails(session, content, office, *place)),
        )
        # The scanner and the gate say the same of a file: once is enough.
        found += [each for each in of_mails if not (is_liftable(each) and each.place in told)]
    return Rehearsal(content, office, tuple(found), stamp)


def _of_mails(
    session: Session, content: Content, office: OfficeAddresses, office_id: int, event_id: int
) -> list[Finding]:
    try:
        press = _press(session, content, office, office_id, event_id)
        found = findings.of_rehearsal(press, clock.now())
        if content.by_link:
            # What is taken from a page is judged as what is attached: by the same gate.
            attached = dataclasses.replace(content, by_link=False)
            found += findings.of_materials(
                _press(session, attached, office, office_id, event_id), clock.now()
            )
    except Unwritable as error:
        return [Finding("unwritable", error.message_ja)]
    return found


def _press(
    session: Session, content: Content, office: OfficeAddresses, office_id: int, event_id: int
) -> Press:
    return make_press(
        content,
        lambda sha256: events.read_blob(session, office_id, sha256),
        office,
        pages=pages_of(session, office_id, event_id, content.letter),
        stops=links_of(session, office_id, event_id),
    )
