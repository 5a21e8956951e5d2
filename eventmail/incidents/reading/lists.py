"""A list by hand: one company a line, with its address and telephone number in any order."""

from __future__ import annotations

import re
import unicodedata

from eventmail.addresses import AddressError, EmailAddress
from eventmail.incidents.reading.values import CompanyList, Listed, Unread
from eventmail.language import said
from eventmail.spreadsheet.address_wrapping import unwrap

MOST_LINES, LONGEST_LINE, LONGEST_COMPANY, LONGEST_PHONE = 10_000, 1000, 200, 40
NO_COMPANY = said("事業所名がありません。「事業所名、アドレス、電話番号」の順に書いてください。")
NOTHING_ELSE = said("アドレスも電話番号もありません。")
TOO_LONG = said("1行が長すぎるため、読めませんでした。")
MORE_LINES = said("{most:,}行を超えるため、ここから先は読んでいません。", most=MOST_LINES)
_CUT = re.compile(r"[\t,，、;；]+| {2,}|\u3000+")
_PHONE = re.compile(r"[+(]?\d[\d\-() ー−‐–]{7,}\d(?:\s*\(?内線\s*\d+\)?)?")
_HYPHENS = str.maketrans(dict.fromkeys("ー−‐–", "-"))
_HEADING = re.compile(r"^(事業所|会社|企業)名?$")


def of_text(text: str) -> CompanyList:
    """What could be read of it, and each line that could not."""
    listed: list[Listed] = []
    unread: list[Unread] = []
    for number, line in enumerate(text.splitlines()):
        if number >= MOST_LINES:
            unread.append(Unread("", MORE_LINES))
            break
        if line.strip():
            found = _line(line.strip())
            if isinstance(found, Unread):
                unread.append(found)
            elif found is not None:
                listed.append(found)
    return CompanyList(tuple(listed), tuple(unread))


def _line(line: str) -> Listed | Unread | None:
    told = line[:200]
    if len(line) > LONGEST_LINE:
        return Unread(told, TOO_LONG)
    cells = [cell.strip() for cell in _CUT.split(line) if cell.strip()]
    if cells and _HEADING.fullmatch(cells[0]):
        return None
    words = [each for cell in cells for each in (cell.split() if "@" in cell else [cell])]
    addresses = [word for word in words if "@" in unicodedata.normalize("NFKC", word)]
    phones = [word for word in words if _PHONE.fullmatch(unicodedata.normalize("NFKC", word))]
    company = " ".join(word for word in words if word not in addresses and word not in phones)
    return _listed(told, company, addresses, phones)


def _listed(told: str, company: str, addresses: list[str], phones: list[str]) -> Listed | Unread:
    if not company:
        return Unread(told, NO_COMPANY)
    if not addresses and not phones:
        return Unread(told, NOTHING_ELSE)
    try:
        email = _address(addresses)
    except AddressError as error:
        return Unread(told, error.message)
    phone = unicodedata.normalize("NFKC", next(iter(phones), "")).translate(_HYPHENS)
    return Listed(company[:LONGEST_COMPANY], email, phone[:LONGEST_PHONE])


def _address(addresses: list[str]) -> EmailAddress | None:
    if not addresses:
        return None
    if len(addresses) > 1:
        return EmailAddress.parse(" ".join(addresses))  # says that there are several
    bare, _ = unwrap(unicodedata.normalize("NFKC", addresses[0]))
    return EmailAddress.parse(bare)
