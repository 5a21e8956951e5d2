"""伏せ字: participants' addresses are masked on every page but those whose work needs them.

The finished page is looked through, so a page that nobody thought of is masked, too. Whoever may
reveal does so for one view of one page; who, when, which page and how many is recorded before
anything is shown.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.events.models import Contact
from eventmail.mailings.models import SnapshotRecipient
from eventmail.offices.permissions import Action, Actor

LOCAL = r"(?:[A-Za-z0-9.!#$%*+/=?^_`{|}~-]|&amp;|&#39;|\\u00[0-9a-f]{2})+"
ADDRESS = re.compile(LOCAL + r"@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# What somebody may be typing: masked there, it would be saved masked.
FIELD = re.compile(r'<textarea\b.*?</textarea>|\svalue="[^"]*"', re.DOTALL)
PORTION = 500
# The pages whose work needs whole addresses, and whose work that is.
NEEDED: dict[str, Action] = {
    "events.participants": Action.IMPORT_ROSTER,
    "mailings.show": Action.EDIT_MAILING,
    "mailings.answer": Action.EDIT_MAILING,
    "mailings.submit": Action.EDIT_MAILING,
    "mailings.new": Action.EDIT_MAILING,
    "mailings.create": Action.EDIT_MAILING,
    "mailings.edit": Action.EDIT_MAILING,
    "mailings.save": Action.EDIT_MAILING,
    "mailings.preview": Action.SEE_ADDRESSES,
    "materials.look": Action.SEE_ADDRESSES,
    "letters.choose_page": Action.EDIT_MAILING,
    "letters.choose": Action.EDIT_MAILING,
    "letters.keep": Action.EDIT_MAILING,
    "letters.keep_new": Action.EDIT_MAILING,
    "letters.test_mail_page": Action.EDIT_MAILING,
    "letters.send_test_mail": Action.EDIT_MAILING,
    "mailings.check_page": Action.CHECK,
    "mailings.check": Action.CHECK,
    "mailings.count": Action.CHECK,
    "mailings.choose_letter": Action.CHECK,
    "mailings.letter_page": Action.CHECK,
    "mailings.see_letter": Action.CHECK,
    "mailings.accept_answer": Action.CHECK,
    "mailings.see_material": Action.CHECK,
    "mailings.approve_page": Action.APPROVE,
    "mailings.approve": Action.APPROVE,
    "mailings.reject": Action.APPROVE,
    "mailings.give_back": Action.SEE_ADDRESSES,
    "outbox.decide_page": Action.DECIDE_FATE,
    "outbox.decide": Action.DECIDE_FATE,
    "papers.recipients": Action.PRINT_RECIPIENTS,
    "allowed.add": Action.ALLOW_ADDRESS,
    "privacy.find_person": Action.MANAGE_PRIVACY,
    "privacy.erase_person": Action.MANAGE_PRIVACY,
}
ROSTER_SEEN_BY_ALL = frozenset({"roster.history"})


def needs_addresses(actor: Actor, endpoint: str) -> bool:
    """Whether this page, for this person, is one whose work needs whole addresses."""
    if endpoint.startswith("roster.") and endpoint not in ROSTER_SEEN_BY_ALL:
        return actor.may(Action.IMPORT_ROSTER)
    action = NEEDED.get(endpoint)
    return action is not None and actor.may(action)


def masked(address: str) -> str:
    """``k…@aozora.example``: enough to tell a company's apart, too little to write to."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if domain else address


def participants_in(session: Session, office_id: int, text: str) -> frozenset[str]:
    """The participants' addresses that stand in a page, as keys."""
    keys = sorted({_key(found[0]) for found in ADDRESS.finditer(text)})
    known: set[str] = set()
    for start in range(0, len(keys), PORTION):
        some = keys[start : start + PORTION]
        for table in (Contact, SnapshotRecipient):
            query = sa.select(table.address_key).where(
                table.office_id == office_id, table.address_key.in_(some)
            )
            known.update(session.scalars(query))
    return frozenset(known)


def mask(text: str, known: Collection[str], *, fields_too: bool) -> str:
    """The page with those addresses masked; what stands in fields only if ``fields_too``."""
    if fields_too:
        return _mask(text, known)
    kept, at = [], 0
    for field in FIELD.finditer(text):
        kept += [_mask(text[at : field.start()], known), field[0]]
        at = field.end()
    return "".join((*kept, _mask(text[at:], known)))


def _mask(text: str, known: Collection[str]) -> str:
    def replaced(found: re.Match[str]) -> str:
        return masked(found[0]) if _key(found[0]) in known else found[0]

    return ADDRESS.sub(replaced, text)


def _key(found: str) -> str:
    return unescape(found).lower()
