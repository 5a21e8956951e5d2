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

from eventmail.cli_output import refuse, write
from eventmail.errors import UserError
from eventmail.spreadsheet import report
from eventmail.spreadsheet.address_cell import CellReading, read_cell
from eventmail.spreadsheet.address_reasons import CellReason, Level, reason
from eventmail.spreadsheet.limits import LARGEST_FILE
from eventmail.spreadsheet.reader import read_roster
from eventmail.spreadsheet.reading import Choices
from eventmail.spreadsheet.refusal import UnreadableFile

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


@click.command("check-sheet")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出します。")
@click.option("--sheet", help="読み取るシートの名前（指定しなければ、名簿らしいシート）")
def check_sheet(file: str, as_json: bool, sheet: str | None) -> None:
    """名簿 FILE を取り込みと同じ規則で読み、各行の判定を出します。何も保存しません。

    すべてそのまま取り込めれば0、確かめることか誤りがあれば1、読めなければ2で終わります。
    """
    try:
        read = read_roster(_content(file), Path(file).name, Choices(sheet=sheet))
    except UnreadableFile as error:
        refuse(error.code, f"「{file}」を読み取れません。{error.message}", as_json)
    except UserError as error:
        refuse("no_file", error.message, as_json)
    if as_json:
        write(json.dumps(report.as_json(read), ensure_ascii=False) + "\n")
    else:
        write("".join(f"{line}\n" for line in report.listing(read)))
    sys.exit(0 if report.is_clear(read) else 1)


def _content(file: str) -> bytes:
    with _opened(file) as source:
        return source.read(LARGEST_FILE + 1)


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


COMMANDS = (check_address, check_sheet)


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    for command in COMMANDS:
        group.add_command(command)
