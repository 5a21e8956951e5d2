"""The judgement of an address cell, in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eventmail.addresses import AddressError, EmailAddress, names_a_person
from eventmail.spreadsheet.rows import Verdict
from eventmail.spreadsheet.values import Doubt

_BETWEEN = re.compile(r"[,、，;；\s/／]+")


@dataclass(frozen=True, slots=True)
class Read:
    """An address cell as it was read; ``doubts`` are code, sentence and likely right address."""

    addresses: tuple[str, ...]
    email: str
    verdict: Verdict
    doubts: tuple[Doubt, ...]
    person: bool


def read_address(text: str) -> Read:
    """Judge what stands in an address cell; the cell is not empty."""
    try:
        parsed = EmailAddress.parse(text)
    except AddressError as error:
        several = tuple(each for each in _BETWEEN.split(text) if "@" in each or "＠" in each)
        if error.code == "several":
            two = Doubt("two_addresses", error.message)
            return Read(several, "", Verdict.QUESTION, (two,), False)
        doubt = Doubt("bad_address", error.message)
        return Read((), "", Verdict.ERROR, (doubt,), False)
    email = str(parsed)
    doubts: tuple[Doubt, ...] = ()
    if email != text.strip():
        doubts = (Doubt("normalised", f"全角文字などを半角に直して読み取りました（{email}）。"),)
    return Read((email,), email, Verdict.OK, doubts, names_a_person(parsed))
