"""The command that looks into one file as the shelf does: no database, no settings."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from eventmail.cli_output import refuse, write
from eventmail.errors import UserError
from eventmail.scanning.judging import remarks
from eventmail.scanning.mentions import Known, Mention, mentions
from eventmail.scanning.report import Scan
from eventmail.scanning.scanner import scan
from eventmail.scanning.words import NAMES, sentence
from eventmail.spreadsheet.reader import read_roster
from eventmail.spreadsheet.refusal import UnreadableFile

LARGEST = 50 * 1024 * 1024
BY = {"address": "メールアドレス", "phone": "電話番号", "person": "担当者名", "company": "事業所名"}
HEADINGS = {"block": "このままでは送れないもの", "warn": "送る前に確かめるもの", "note": "お知らせ"}


@click.command("scan-file")
@click.argument("file")
@click.option("--roster", metavar="WORKBOOK", help="参加者名簿。載っている参加事業所を探します。")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出します。")
def scan_file(file: str, roster: str | None, as_json: bool) -> None:
    """資料 FILE に隠れた内容や参加事業所の情報がないか調べます。何も保存しません。

    指摘がなければ0、指摘があれば1、ファイルを開けなければ2で終わります。
    """
    try:
        content = _content(file)
        known = _known(roster) if roster else []
    except UserError as error:
        refuse("unreadable", error.message, as_json)
    name = Path(file).name
    found = scan(content, name)
    named = mentions(found, known)
    if as_json:
        write(json.dumps(_as_json(found, named, name), ensure_ascii=False) + "\n")
    else:
        write("".join(f"{line}\n" for line in _report(found, named, name, roster is not None)))
    sys.exit(1 if _findings(found, named, name) else 0)


def _content(file: str) -> bytes:
    path = Path(file)
    try:
        with path.open("rb") as source:
            content = source.read(LARGEST + 1)
    except OSError as error:
        raise UserError(
            f"ファイル「{file}」を開けません。場所と名前を確かめてください。"
        ) from error
    if len(content) > LARGEST:
        raise UserError(f"ファイル「{file}」は大きすぎます。50MBまでのファイルにしてください。")
    return content


def _known(roster: str) -> list[Known]:
    try:
        read = read_roster(_content(roster), Path(roster).name)
    except UnreadableFile as error:
        raise UserError(f"名簿「{roster}」を読み取れません。{error.message}") from error
    if read.problem:
        raise UserError(f"名簿「{roster}」を読み取れません。{read.problem}")
    return [Known(e.company, e.contact, e.phone, e.email) for e in read.rows if e.company]


def _as_json(found: Scan, named: list[Mention], name: str) -> dict[str, Any]:
    """Its form is a contract with other programs."""
    return {
        "kind": found.kind,
        "pages": found.pages,
        "hidden": [{"what": each.what.value, "where": each.where} for each in found.hidden],
        "addresses": list(found.addresses),
        "participants": _companies(named),
        "findings": _findings(found, named, name),
    }


def _companies(named: list[Mention]) -> list[str]:
    return list(dict.fromkeys(each.company for each in named))


def _findings(found: Scan, named: list[Mention], name: str) -> list[str]:
    own = [each.message for each in remarks(found, name) if each.level != "note"]
    return [*own, *_naming(named, name)]


def _naming(named: list[Mention], name: str) -> Iterator[str]:
    for company in _companies(named):
        ways = [each for each in named if each.company == company]
        by = "・".join(BY[each.by] for each in ways)
        yield (
            f"「{name}」に参加事業所「{company}」の{by}があります（{ways[0].where}）。"
            "ほかの参加事業所に見せてよいものか確かめてください。"
        )


def _report(found: Scan, named: list[Mention], name: str, with_roster: bool) -> Iterator[str]:
    pages = f"、{found.pages}ページ（シート・枚）" if found.pages else ""
    yield f"ファイル：{name}（種類：{found.kind}{pages}）"
    if found.unscannable:
        yield f"調べられません：{sentence(found.unscannable)}"
    for level, heading in HEADINGS.items():
        told = [each.message for each in remarks(found, name) if each.level == level]
        told += _naming(named, name) if level == "warn" else []
        if told:
            yield from ("", f"■ {heading}", *(f"  ・{each}" for each in told))
    if found.hidden:
        yield from ("", "■ 見えにくいところにある内容")
        for each in found.hidden:
            yield f"  ・{NAMES[each.what]}：{each.where}" + (each.detail and f"「{each.detail}」")
    yield from ("", f"■ 中にあるメールアドレス：{len(found.addresses)}件")
    yield from (f"  {each}" for each in found.addresses)
    if with_roster:
        yield from ("", f"■ 名簿の参加事業所：{len(_companies(named))}社が書かれています")
        yield from (f"  {each}" for each in _companies(named))


def register(group: click.Group) -> None:
    """Add the command of this module."""
    group.add_command(scan_file)
