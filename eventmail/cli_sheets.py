"""The commands that judge what offices have in their sheets: no database, no settings."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

import click

from eventmail.errors import UserError
from eventmail.spreadsheet.address_cell import CellReading, read_cell
from eventmail.spreadsheet.address_reasons import CellReason, Level, reason

LONGEST_LINE = 64 * 1024  # twice what a cell of Excel holds
STANDARD_INPUT = "-"
TOO_LONG = CellReading((), Level.REJECT, "", (reason("too_long"),))
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")  # some programs end a line there


@click.command("check-address")
@click.argument("file", default=STANDARD_INPUT)
def check_address(file: str) -> None:
    """FILE（または標準入力）のアドレスを1行ずつ調べ、結果を1行に1つのJSONで出します。

    すべてそのまま使えれば0、確かめることか誤りがあれば1で終わります。
    """
    out = sys.stdout.buffer
    all_accepted = True
    with _opened(file) as source:
        for line, is_whole in _lines(source):
            read = read_cell(line) if is_whole else TOO_LONG
            all_accepted &= read.verdict is Level.ACCEPT
            out.write(_as_line(line, read))
            out.flush()
    sys.exit(0 if all_accepted else 1)


def _as_line(line: str, read: CellReading) -> bytes:
    reasons = [_told(each) for each in read.reasons]
    told = {"input": line, "verdict": read.verdict, "address": read.address, "reasons": reasons}
    text = json.dumps(told, ensure_ascii=False)
    return _LINE_ENDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode() + b"\n"


def _told(reason: CellReason) -> dict[str, str]:
    told = {"code": reason.code, "message": reason.message}
    return {**told, "suggestion": reason.suggestion} if reason.suggestion else told


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == STANDARD_INPUT:
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise UserError(
            f"ファイル「{file}」を開けません。場所と名前を確かめてください。"
        ) from error


def _lines(source: BinaryIO) -> Iterator[tuple[str, bool]]:
    """Line by line as text, what is no UTF-8 marked; False where a line was too long to keep."""
    for number, line in enumerate(iter(lambda: source.readline(LONGEST_LINE), b"")):
        is_whole = line.endswith(b"\n") or len(line) < LONGEST_LINE
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = source.readline(LONGEST_LINE)
        text = line.decode("utf-8-sig" if number == 0 else "utf-8", "replace")
        yield text.removesuffix("\n").removesuffix("\r"), is_whole


COMMANDS = (check_address,)


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    for command in COMMANDS:
        group.add_command(command)
