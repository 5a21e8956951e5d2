"""伏せ字: participants' addresses are masked on every page but those whose work needs them.

The finished page is looked through, so a page that nobody thought of is masked, too. Whoever may
reveal does so for one view of one page; who, when, which page and how many is recorded before
anything is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from html import unescape

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.database import Asked
from eventmail.events.models import Contact
from eventmail.incidents.models import ExposedAddress
from eventmail.mailings.models import SnapshotRecipient
from eventmail.offices.permissions import Action, Actor
from eventmail.suppression.models import Suppression

# Begun only where such letters begin, and never given back: a page of one long word costs no more.
LOCAL = r"(?<![A-Za-z0-9.!#$%&'*+/=?^_`{|}~;-])[A-Za-z0-9.!#$%&'*+/=?^_`{|}~;-]++"
ADDRESS = re.compile(LOCAL + r"@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++")
# What may stand right before an address and looks like a part of it: ``rcpt=k.tanaka@…``.
BEFORE = re.compile(r"[!#$%&'*+/=?^`{|}~;]")
LONGEST_LOCAL = 64
# What somebody may be typing: masked there, it would be saved masked.
FIELD = re.compile(r'<textarea\b.*?</textarea>|\svalue="[^"]*"', re.DOTALL)
PORTION = 500
# The pages whose work needs whole addresses, and whose work that is.
NEEDED: dict[str, Action] = {
    "corrections.index": Action.IMPORT_ROSTER,
    "corrections.accept": Action.IMPORT_ROSTER,
    "corrections.refuse": Action.IMPORT_ROSTER,
    "suppression.index": Action.SEE_ADDRESSES,
    "suppression.add": Action.SEE_ADDRESSES,
    "suppression.lift_page": Action.SEE_ADDRESSES,
    "suppression.lift": Action.SEE_ADDRESSES,
    "events.participants": Action.IMPORT_ROSTER,
    # Whom the author calls, and what he writes down meanwhile.
    "answers.company": Action.EDIT_EVENT,
    "answers.call_page": Action.EDIT_EVENT,
    "answers.take_call": Action.EDIT_EVENT,
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
    "bounces.mend_page": Action.EDIT_MAILING,
    "bounces.mend": Action.EDIT_MAILING,
    "papers.recipients": Action.PRINT_RECIPIENTS,
    "allowed.add": Action.ALLOW_ADDRESS,
    # What he has pasted himself is shown to him again when it cannot be read.
    "incidents.create": Action.RESPOND,
    "incidents.add_mails": Action.RESPOND,
    "incidents.change_party": Action.RESPOND,
    "incidents.name_parties": Action.SEE_ADDRESSES,
    "incidents.exposure": Action.SEE_ADDRESSES,
    "incidents.confirm": Action.SEE_ADDRESSES,
    "incidents.shown": Action.SEE_ADDRESSES,
    "incidents.parties": Action.SEE_ADDRESSES,
    "incidents.party": Action.SEE_ADDRESSES,
    # Whom everybody who responds calls.
    "incident_calls.index": Action.RESPOND,
    "incident_calls.company": Action.RESPOND,
    "incident_calls.record": Action.RESPOND,
    "incident_calls.strike": Action.RESPOND,
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
    keys = sorted({key for found in ADDRESS.finditer(text) for _, key in _keys(found[0])})
    known: set[str] = set()
    for start in range(0, len(keys), PORTION):
        some = keys[start : start + PORTION]
        known.update(session.scalars(_known(), {"office": office_id, "some": some}))
    return frozenset(known)


@lru_cache(maxsize=1)
def _known() -> sa.CompoundSelect[str]:
    """Which of some keys are participants': of every table that has them, in one question."""
    office: Asked = sa.bindparam("office")
    some: Asked = sa.bindparam("some", expanding=True)
    return sa.union_all(
        *(
            sa.select(table.address_key).where(
                table.office_id == office, table.address_key.in_(some)
            )
            for table in (Contact, SnapshotRecipient, Suppression, ExposedAddress)
        )
    )


def mask(text: str, known: Collection[str], *, fields_too: bool) -> str:
    """The page with those addresses masked; what stands in fields only if ``fields_too``."""
    if fields_too:
        return _mask(text, known)
    kept, at = [], 0
    for field in FIELD.finditer(text):
        kept += [_mask(text[at : field.start()], known), field[0]]
        at = field.end()
    return "".join((*kept, _mask(text[at:], known)))


def mask_json(text: str, known: Collection[str], *, fields_too: bool) -> str:
    """The same in whatever a JSON says."""
    return json.dumps(
        _each(json.loads(text), lambda said: mask(said, known, fields_too=fields_too))
    )


def strings(text: str) -> str:
    """Whatever a JSON says, as one text: its own escapes would hide where an address begins."""
    found: list[str] = []

    def keep(said: str) -> str:
        found.append(said)
        return said

    _each(json.loads(text), keep)
    return "\n".join(found)


def _each(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each(each, change) for each in value]
    if isinstance(value, dict):
        return {name: _each(each, change) for name, each in value.items()}
    return value


def _mask(text: str, known: Collection[str]) -> str:
    def replaced(found: re.Match[str]) -> str:
        at = next((start for start, key in _keys(found[0]) if key in known), None)
        return found[0] if at is None else found[0][:at] + masked(found[0][at:])

    return ADDRESS.sub(replaced, text)


def _keys(found: str) -> Iterator[tuple[int, str]]:
    """What it may be: all of it, or what follows a sign that can be a part of an address."""
    local = found.index("@")
    for start in (0, *(each.end() for each in BEFORE.finditer(found, 0, local))):
        key = unescape(found[start:]).lower() if local - start <= 6 * LONGEST_LOCAL else ""
        if key.find("@") in range(1, LONGEST_LOCAL + 1):
            yield start, key
