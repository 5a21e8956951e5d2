"""The command that reads mails which came back: from files or, for a mail server, from its pipe."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from eventmail.bounces.reading import LARGEST, Class, Kind, Report, read
from eventmail.cli_output import write
from eventmail.errors import UserError

KINDS = {
    Kind.BOUNCE: "届かなかったという知らせ",
    Kind.AUTO_REPLY: "自動返信",
    Kind.OTHER: "そのほか（人からの返信など）",
}
CLASSES = {
    Class.HARD: "届かないアドレス",
    Class.SOFT: "一時的な理由",
    Class.POLICY: "相手や途中のサーバーの決まり",
    Class.UNKNOWN: "理由がわからない",
}
UNREADABLE = "このメールは壊れているか複雑すぎるため、読み取れませんでした。"
CANNOT_OPEN = "ファイル「{file}」を開けません。場所と名前を確かめてください。"


@click.command("read-bounce")
@click.argument("files", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="1ファイルにつき1行のJSONで出します。")
def read_bounce(files: tuple[str, ...], as_json: bool) -> None:
    """届かなかったメール FILES の知らせを読み取ります。省くか「-」なら標準入力から読みます。

    何も保存しません。開けないファイルがあれば2で終わります。
    """
    worst = 0
    for file in files or ("-",):
        try:
            report = read(_content(file))
        except UserError as error:
            worst = 2
            _refuse(error.message, as_json)
            continue
        if as_json:
            write(json.dumps(report.as_json(), ensure_ascii=False) + "\n")
        else:
            write("".join(f"{line}\n" for line in _lines(file, report)))
    sys.exit(worst)


def _content(file: str) -> bytes:
    """The mail, or as much of it as is ever read."""
    if file == "-":
        return sys.stdin.buffer.read(LARGEST)
    try:
        with Path(file).open("rb") as source:
            return source.read(LARGEST)
    except OSError as error:
        raise UserError(CANNOT_OPEN.format(file=file)) from error


def _refuse(message: str, as_json: bool) -> None:
    if as_json:
        told = {"error": {"code": "unreadable", "message": message}}
        write(json.dumps(told, ensure_ascii=False) + "\n")
    click.echo(f"エラー：{message}", err=True)


def _lines(file: str, report: Report) -> list[str]:
    name = "標準入力" if file == "-" else Path(file).name
    lines = [f"{name}：{KINDS[report.kind]}"]
    if not report.readable:
        lines.append(f"  {UNREADABLE}")
    for each in report.recipients:
        told = f"{each.action} {each.status}".strip()
        lines.append(f"  {each.address}（{CLASSES[each.kind]}、{told}）：{each.reason}")
    return lines


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(read_bounce)
