"""What can stand in a roster's cells: two mailboxes in one, or one company's address with another.

A cell is read as the import reads it. What gets through is composed, and the mail's bytes are
looked at: a second participant's address in a header is the leak.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

from eventmail import addresses, confined
from eventmail.addresses import EmailAddress
from eventmail.spreadsheet import (
    address_cell,
    checks,
    choosing,
    judging,
    kinds,
    layout,
    limits,
    parting,
    rows,
    sifting,
    workbook,
)
from eventmail.spreadsheet.address_cell import CellReading
from eventmail.spreadsheet.address_reasons import Level
from eventmail.spreadsheet.cells import Cell, Sheet, SheetRow
from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.rows import Row, Verdict
from eventmail.wire import Individual, Wording
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.lowering import COMPOSE, cut, instead, silent
from tests.attacks.reading import header, readable, shows
from tests.attacks.world import World
from tests.spreadsheet.sheets import xlsx
from tests.wire.samples import IDENTITY, KURE, STAMP, WORDING

OWN, OTHER = "saiyo@aozora.example", str(KURE)
HEADER = ("事業所名", "担当者名", "メールアドレス", "参加")
COLUMNS = {Field.COMPANY: 0, Field.CONTACT: 1, Field.EMAIL: 2, Field.STATUS: 3}

CELLS = {
    "two addresses, comma": f"{OWN},{OTHER}",
    "two addresses, comma and space": f"{OWN}, {OTHER}",
    "two addresses, semicolon": f"{OWN};{OTHER}",
    "two addresses, full-width comma": f"{OWN}，{OTHER}",
    "two addresses, Japanese comma": f"{OWN}、{OTHER}",
    "two addresses, full-width semicolon": f"{OWN}；{OTHER}",
    "two addresses, small comma": f"{OWN}﹐{OTHER}",
    "two addresses, Arabic comma": f"{OWN}،{OTHER}",
    "two addresses, line break in the cell": f"{OWN}\n{OTHER}",
    "two addresses, carriage return": f"{OWN}\r{OTHER}",
    "two addresses, vertical tab": f"{OWN}\v{OTHER}",
    "two addresses, line separator": f"{OWN}\u2028{OTHER}",
    "two addresses, next-line character": f"{OWN}\x85{OTHER}",
    "two addresses, NUL": f"{OWN}\0{OTHER}",
    "two addresses, space": f"{OWN} {OTHER}",
    "two addresses, full-width space": f"{OWN}\u3000{OTHER}",
    "two addresses, no-break space": f"{OWN}\u00a0{OTHER}",
    "two addresses, tab": f"{OWN}\t{OTHER}",
    "two addresses, zero-width space": f"{OWN}\u200b{OTHER}",
    "two addresses, word joiner": f"{OWN}\u2060{OTHER}",
    "two addresses, direction override": f"{OWN}\u202e{OTHER}",
    "two addresses, slash": f"{OWN}/{OTHER}",
    "two addresses, full-width slash": f"{OWN}／{OTHER}",
    "two addresses, middle dot": f"{OWN}・{OTHER}",
    "two addresses, vertical bar": f"{OWN}|{OTHER}",
    "two addresses, the word と": f"{OWN}と{OTHER}",
    "two addresses, an arrow for a change": f"{OWN}→{OTHER}",
    "two addresses, nothing between": f"{OWN}{OTHER}",
    "two addresses, all signs full width": "saiyo＠aozora．example；jinji＠kure-seiki．example",
    "a comment in round brackets": f"{OWN}({OTHER})",
    "a comment in full-width brackets": f"{OWN}（旧：{OTHER}）",
    "a name and an address, and a second": f"佐藤 <{OWN}>; {OTHER}",
    "the other address as display name": f"{OTHER} <{OWN}>",
    "the other address as quoted display name": f'"{OTHER}" <{OWN}>',
    "two addresses in angle brackets": f"<{OWN}>,<{OTHER}>",
    "a group": f"参加企業:{OWN},{OTHER};",
    "a source route": f"<@kure-seiki.example:{OWN}>",
    "a source route over two hosts": f"@x.example,@kure-seiki.example:{OWN}",
    "mailto with a cc": f"mailto:{OWN}?cc={OTHER}",
    "mailto with an encoded bcc": f"mailto:{OWN}?bcc=jinji%40kure-seiki.example",
    "mailto of two": f"mailto:{OWN},{OTHER}",
    "a query without mailto": f"{OWN}?bcc=jinji%40kure-seiki.example",
    "a hyperlink formula as text": f'=HYPERLINK("mailto:{OTHER}","{OWN}")',
    "a link in HTML": f'<a href="mailto:{OTHER}">{OWN}</a>',
    "a header after CRLF": f"{OWN}\r\nBcc: {OTHER}",
    "a header after an encoded CRLF": f"{OWN}%0d%0aBcc:jinji%40kure-seiki.example",
    "a quoted local part with a comma": '"saiyo@aozora.example, jinji"@kure-seiki.example',
    "another address quoted as local part": f'"{OTHER}"@aozora.example',
    "an escaped sign": r"jinji\@kure-seiki.example@aozora.example",
    "a domain behind a domain": "jinji@kure-seiki.example@aozora.example",
    "UTF-7 for the comma and the sign": f"{OWN}+ACw-jinji+AEA-kure-seiki.example",
    "an encoded word as display name": f"=?UTF-8?B?amluamlAa3VyZS1zZWlraS5leGFtcGxl?= <{OWN}>",
    "an encoded word as local part": "=?UTF-8?B?amluamlAa3VyZS1zZWlraS5leGFtcGxl?=@aozora.example",
    "a domain in brackets": "saiyo@[kure-seiki.example]",
    "an RCPT behind the bracket": f"{OWN}>\r\nRCPT TO:<{OTHER}",
}


def sheet(*texts: tuple[str, ...], **options: Any) -> Sheet:
    """A roster with these rows below its header."""
    lines = [HEADER, *texts]
    made = [SheetRow(n, tuple(map(Cell, line))) for n, line in enumerate(lines, 1)]
    return Sheet("名簿", tuple(made), **options)


def taken(read: Sheet) -> list[Row]:
    """The rows that an import takes if nobody ticks anything."""
    judged = judging.judge(sifting.sift(layout.find_table(read), COLUMNS), COLUMNS)
    return [row for row in judged if row.verdict is Verdict.OK]


def mail_to(row: Row, wording: Wording = WORDING) -> bytes:
    """The mail to a row's address."""
    to = Individual(EmailAddress.parse(row.email))
    content: bytes = COMPOSE.compose(IDENTITY, to, wording, (), STAMP).content
    return content


def _cell(text: str) -> Callable[[World], bool]:
    def strike(_world: World) -> bool:
        mails = [mail_to(row) for row in taken(sheet(("株式会社青空", "佐藤", text, "")))]
        return any(shows(readable(content)) for content in mails)

    return strike


def _any_text(text: str) -> tuple[str, str]:
    """A parser that only looks for an ``@``, as many programs do."""
    local, _, domain = text.partition("@")
    return local, domain


class _AnyCharacter(str):
    """Header lines that are written in whatever characters they have."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return str(self).encode("utf-8", "replace")


FIELDS = COMPOSE._fields


def _any_fields(*given: Any) -> str:
    return _AnyCharacter(FIELDS(*given))


def _trusting(text: str) -> CellReading:
    """A reading of the cell that takes whatever the address type gives."""
    address = EmailAddress.parse(text)
    return CellReading((address,), Level.ACCEPT, str(address))


ADDRESS_TYPE: Lowering = instead(addresses, "_checked", _any_text)
NO_CARE = Also(Barrier.ROSTER_VERDICT, instead(address_cell, "_read_with_care", _trusting))
ANY_CHARACTER = Also(Barrier.COMPOSER, instead(COMPOSE, "_fields", _any_fields))


def _sheet_reaches(read: Sheet, company: str) -> Callable[[World], bool]:
    """Whether somebody is mailed as that company who must not be."""

    def strike(_world: World) -> bool:
        found = [row for row in taken(read) if row.company == company]
        return any(row.status == rows.ATTENDING and mail_to(row) for row in found)

    return strike


def _hidden(*, hidden: bool = False, struck: bool = False) -> Sheet:
    read = sheet(("株式会社青空", "佐藤", OWN, ""))
    cells = (Cell(text, struck=struck) for text in ("呉精機", "", OTHER, ""))
    row = SheetRow(3, tuple(cells), hidden)
    return Sheet("名簿", (*read.rows, row))


def _uncalculated(_world: World) -> bool:
    """A company name that Excel never calculated: its formula holds the neighbour's address."""
    cells = (Cell(f'="呉精機"&"{OTHER}"', "formula"), Cell(""), Cell(OWN), Cell(""))
    read = Sheet("名簿", (*sheet().rows, SheetRow(2, cells)))
    mails = [mail_to(row, Wording("ご案内", f"{row.company} 御中")) for row in taken(read)]
    return any(shows(readable(content)) for content in mails)


def _header_in_company(_world: World) -> bool:
    read = sheet((f"青空\r\nBcc: {OTHER}", "佐藤", OWN, ""))
    mails = [mail_to(row, Wording(f"{row.company}様へのご案内", "本文")) for row in taken(read)]
    return any("\nBcc:" in header(content, "Subject") for content in mails)


def _last_years_sheet(_world: World) -> bool:
    old = Sheet("昨年", sheet(("呉精機", "", OTHER, "")).rows, hidden=True)
    now = Sheet("今年", sheet(("株式会社青空", "佐藤", "", "")).rows)
    return any(
        row.email == OTHER
        for row in taken(choosing.best(list(map(choosing.candidate, (now, old)))).sheet)
    )


def _bomb(_world: World) -> bool:
    """A workbook with thousands of parts that no Excel would write."""
    target = io.BytesIO(xlsx([HEADER, ("株式会社青空", "佐藤", OWN, "")]))
    with zipfile.ZipFile(target, "a") as archive:
        for number in range(limits.MOST_ENTRIES):
            archive.writestr(f"xl/media/{number}.png", b"")
    return bool(workbook.read_workbook(target.getvalue()).sheets)


def _confined(name: str) -> Callable[[World], bool]:
    def strike(_world: World) -> bool:
        return bool(confined.call(f"tests.attacks.hostile:{name}", b"", seconds=1, megabytes=256))

    return strike


DUPLICATES: Lowering = instead(judging, "ask_about_duplicates", lambda judged, *_: judged)
AS_ATTENDING: Lowering = silent(checks, "status", rows.ATTENDING)
VISIBILITY: Lowering = silent(checks, "visibility")
ODD_NAMES: Lowering = silent(checks, "doubts_of_name", [])
NO_CONTROL = Also(Barrier.COMPOSER, silent(COMPOSE, "has_control", False))
TWO = ("株式会社青空", "佐藤", OWN, "")
VERDICTS: dict[str, tuple[Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "one address cell merged over two companies": (
        _sheet_reaches(sheet(TWO, ("呉精機", "", "", ""), merged=((2, 2, 3, 2),)), "呉精機"),
        cut(layout, "_filled", " or has_address(text)"),
        (Also(Barrier.ROSTER_VERDICT, DUPLICATES),),
    ),
    "one address with two companies": (
        _sheet_reaches(sheet(TWO, ("呉精機", "", OWN, "")), "呉精機"),
        DUPLICATES,
        (),
    ),
    "one address with two companies, in capitals": (
        _sheet_reaches(sheet(TWO, ("呉精機", "", OWN.upper(), "")), "呉精機"),
        cut(judging, "ask_about_duplicates", "row.email.casefold()", "row.email"),
        (),
    ),
    "one address with two companies, in full width": (
        _sheet_reaches(sheet(TWO, ("呉精機", "", "ｓａｉｙｏ＠aozora.example", "")), "呉精機"),
        DUPLICATES,
        (),
    ),
    "a hidden row": (
        _sheet_reaches(_hidden(hidden=True), "呉精機"),
        silent(checks, "visibility"),
        (),
    ),
    "a struck row": (
        _sheet_reaches(_hidden(struck=True), "呉精機"),
        silent(checks, "visibility"),
        (),
    ),
    "a company that withdrew": (
        _sheet_reaches(sheet(TWO, ("呉精機", "", OTHER, "辞退")), "呉精機"),
        AS_ATTENDING,
        (),
    ),
    "a company that withdrew in a full sentence": (
        _sheet_reaches(sheet(TWO, ("呉精機", "", OTHER, "11/20 電話にてキャンセル")), "呉精機"),
        AS_ATTENDING,
        (),
    ),
    "a company that has not decided": (
        _sheet_reaches(sheet(TWO, ("呉精機", "", OTHER, "検討中")), "呉精機"),
        AS_ATTENDING,
        (),
    ),
    "a formula never calculated, with the neighbour's address": (
        _uncalculated,
        silent(checks, "faults"),
        (Also(Barrier.ROSTER_VERDICT, ODD_NAMES),),
    ),
    "a header behind a company's name": (
        _header_in_company,
        instead(parting, "clean", str),
        (NO_CONTROL, Also(Barrier.ROSTER_VERDICT, ODD_NAMES)),
    ),
    "last year's list on a hidden sheet": (
        _last_years_sheet,
        cut(choosing, "_likeness", "not each.sheet.hidden", "True"),
        (),
    ),
}


def _unlimited(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda function, payload, **_: call(function, payload, seconds=60, megabytes=4096)


NO_LIMIT: Lowering = instead(confined, "call", _unlimited(confined.call))
CHILD: dict[str, tuple[Callable[[World], bool], Lowering]] = {
    "a workbook of thousands of parts": (_bomb, silent(kinds, "_is_bomb", False)),
    "a file whose reader eats all memory": (_confined("eat"), NO_LIMIT),
    "a file whose reader never ends": (_confined("spin"), NO_LIMIT),
}

BEHIND_THE_TYPE = (NO_CARE, ANY_CHARACTER)
ATTACKS = (
    *(
        Attack(Family.CELL, Barrier.ADDRESS_TYPE, name, _cell(text), ADDRESS_TYPE, BEHIND_THE_TYPE)
        for name, text in CELLS.items()
    ),
    *(
        Attack(Family.CELL, Barrier.ROSTER_VERDICT, name, strike, lowered, also)
        for name, (strike, lowered, also) in VERDICTS.items()
    ),
    *(
        Attack(Family.CELL, Barrier.CHILD_PROCESS, name, strike, lowered)
        for name, (strike, lowered) in CHILD.items()
    ),
)
