"""Takes a sheet's row apart: its values, what a person corrected, and a part for each contact."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from eventmail.spreadsheet.address_cell import read_cell
from eventmail.spreadsheet.cells import SheetRow
from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.values import clean

# A company has one name, one number and one status in its row, whoever of it is the contact.
OF_THE_COMPANY = (Field.COMPANY, Field.CORPORATE_NUMBER, Field.STATUS)
NAMES = tuple(each.value for each in Field)
_BETWEEN_NAMES = re.compile(r"\s*[、，,;；/／・\r\n]+\s*")

Corrections = Mapping[str, Mapping[Field, str]]


@dataclass(slots=True)
class Part:
    """One contact of a row. ``address`` is the address cell as it is, with its line breaks.

    ``before`` are the values that were corrected; ``all_named`` is false where a row was split and
    its names were not.
    """

    values: dict[str, str]
    address: str
    number: int = 1
    before: dict[Field, str] = field(default_factory=dict)
    all_named: bool = True


class Parting:
    """Makes the parts of one row after another."""

    def __init__(
        self, mapping: Mapping[Field, int], corrections: Corrections, split: frozenset[str]
    ) -> None:
        self._columns = [(each.value, column) for each, column in mapping.items()]
        self._email = mapping.get(Field.EMAIL, -1)
        self._contact = mapping.get(Field.CONTACT, -1)
        self._two_names = Field.FAMILY_NAME in mapping
        self._corrections = corrections
        self._split = split

    def parts(self, row: SheetRow) -> list[Part]:
        """The row's one contact, or each of several."""
        values = dict.fromkeys(NAMES, "")
        cells = row.cells
        width = len(cells)
        for name, column in self._columns:
            if column < width and cells[column][0]:
                values[name] = clean(cells[column][0])
        if self._two_names:
            _join_names(values)
        whole = Part(values, row.text(self._email) if self._email >= 0 else "")
        if not self._corrections and not self._split:
            return [whole]
        key = str(row.number)
        own = self._corrections.get(key, {})
        return self._several(row, whole, own) if key in self._split else [_corrected(whole, own)]

    def _several(self, row: SheetRow, whole: Part, own: Mapping[Field, str]) -> list[Part]:
        # Where a correction itself holds several addresses, it is what is split.
        again = _addresses(own.get(Field.EMAIL, ""))
        addresses = again if len(again) > 1 else _addresses(whole.address)
        if len(addresses) < 2:
            return [_corrected(whole, own)]
        if len(again) > 1:
            own = {each: text for each, text in own.items() if each is not Field.EMAIL}
        written = row.text(self._contact) if self._contact >= 0 else whole.values["contact"]
        names, all_named = names_for(written, len(addresses))
        shared = {each: own[each] for each in OF_THE_COMPANY if each in own}
        return [
            _corrected(
                replace(
                    whole,
                    values={**whole.values, "contact": clean(name), "email": address},
                    address=address,
                    number=number,
                    all_named=all_named,
                ),
                own
                if number == 1
                else {**shared, **self._corrections.get(f"{row.number}-{number}", {})},
            )
            for number, (address, name) in enumerate(zip(addresses, names, strict=True), start=1)
        ]


def _addresses(text: str) -> list[str]:
    return [str(each) for each in read_cell(text).addresses]


def names_for(text: str, count: int) -> tuple[Sequence[str], bool]:
    """The contact's names for so many addresses, and whether there is one for each.

    If the cell does not hold as many names, every contact keeps the whole text.
    """
    names = [name for name in _BETWEEN_NAMES.split(text.strip()) if name]
    if len(names) == count or not names:
        return names or [""] * count, True
    return [text] * count, False


def _join_names(values: dict[str, str]) -> None:
    if not values["contact"]:
        values["contact"] = f"{values['family_name']}\u3000{values['given_name']}".strip()


def _corrected(part: Part, changes: Mapping[Field, str]) -> Part:
    if not changes:
        return part
    new = {each.value: clean(text) for each, text in changes.items()}
    values = {**part.values, **new}
    if "contact" not in new and ("family_name" in new or "given_name" in new):
        values["contact"] = ""
        _join_names(values)
    before = {
        each: part.values[each.value] for each in changes if part.values[each.value] != new[each]
    }
    address = changes.get(Field.EMAIL, part.address)
    return replace(part, values=values, address=address, before=before)
