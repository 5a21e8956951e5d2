"""The commands for mails that come back: read them, take them from a pipe, receive them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from eventmail.audit.keys import opened
from eventmail.bounces.intake import Intake
from eventmail.bounces.models import Source
from eventmail.bounces.reading import LARGEST, Class, Kind, Report, read
from eventmail.cli_output import write
from eventmail.config import ConfigError, Settings
from eventmail.errors import UserError
from eventmail.processes import until_asked_to_stop
from eventmail.wire.inbox.receiving import Receiver, addressed

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
NOT_NOW = "エラー：いまは受け取れません。送信サーバーがあとで渡し直してください。"
NO_BOX = "設定 EVENTMAIL_BOUNCE_ADDRESS がありません。知らせを受け取るアドレスを設定してください。"
TRY_LATER = 75  # EX_TEMPFAIL: the mail server keeps the mail and comes again


def register(cli: click.Group, ready: Callable[[], Settings]) -> None:
    """Add the commands; ``ready`` gives the settings of an installation whose database is there."""

    @cli.command("read-bounce")
    @click.argument("files", nargs=-1)
    @click.option("--json", "as_json", is_flag=True, help="1ファイルにつき1行のJSONで出します。")
    @click.option("--take", is_flag=True, help="読むだけでなく、送信の結果に取り込みます。")
    @click.option("--to", "recipient", default="", help="封筒のあて先（送信サーバーが渡す値）。")
    def read_bounce(files: tuple[str, ...], as_json: bool, take: bool, recipient: str) -> None:
        """届かなかったメールの知らせ FILES を読み取ります。省くか「-」なら標準入力から読みます。

        --take を付けないかぎり、何も保存しません。開けないファイルがあれば2で終わります。
        --take で取り込めないときは75で終わり、送信サーバーがあとで渡し直します。
        """
        sys.exit(_take(files, ready, recipient) if take else _read(files, as_json))

    @cli.command("receive-bounces")
    @click.option("--host", default="127.0.0.1", help="待ち受けるアドレス")
    @click.option("--port", type=int, default=2526, help="ポート")
    def receive_bounces(host: str, port: int) -> None:
        """届かなかったメールの知らせを、SMTPで直接受け取ります（小さな所と試験用）。"""
        settings = ready()
        with opened(settings) as database:
            intake = Intake.of(settings, database)
            if intake.returns is None:
                raise UserError(NO_BOX)
            take = partial(intake.take, source=Source.RECEIVER)
            with Receiver(host, port, pattern=intake.returns.pattern, take=take) as receiver:
                click.echo(f"{receiver.host}:{receiver.port} で受け取ります。Ctrl-Cで終わります。")
                until_asked_to_stop()


def _read(files: tuple[str, ...], as_json: bool) -> int:
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
    return worst


def _take(files: tuple[str, ...], ready: Callable[[], Settings], recipient: str) -> int:
    """Whatever goes wrong, the mail server is to keep the mail: else it would be lost."""
    try:
        settings = ready()
        with opened(settings) as database:
            intake = Intake.of(settings, database)
            for file in files or ("-",):
                content = _content(file)
                intake.take(addressed(content, recipient) if recipient else content, Source.PIPE)
    except (UserError, ConfigError) as error:
        click.echo(f"エラー：{error}", err=True)
        return TRY_LATER
    except Exception as error:  # noqa: BLE001 - its words may quote the mail
        click.echo(f"{NOT_NOW}（{type(error).__name__}）", err=True)
        return TRY_LATER
    return 0


def _content(file: str) -> bytes:
    """The mail, or as much of it as is ever read."""
    if file == "-":
        content = sys.stdin.buffer.read(LARGEST)
        while sys.stdin.buffer.read(1 << 20):
            pass  # a mail server that cannot hand over all of it would try again for ever
        return content
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
