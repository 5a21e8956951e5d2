"""``python app.py doctor``: look at everything that the service stands on."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable

import click

from eventmail.audit.keys import opened
from eventmail.cli_output import write
from eventmail.config import Settings
from eventmail.doctor import posting, showing
from eventmail.doctor.checks import Examination
from eventmail.doctor.finding import State
from eventmail.doctor.running import Result
from eventmail.language import told

COLOURS = {State.GOOD: "green", State.LOOK: "yellow", State.BROKEN: "red", None: None}
WIDEST = 120


def register(cli: click.Group, settings: Callable[[], Settings]) -> None:
    """Add the command; ``settings`` gives those of this folder, whatever state all is in."""

    @cli.command("doctor")
    @click.option("--json", "as_json", is_flag=True, help="結果をJSONで出します。")
    @click.option(
        "--send-to", metavar="LOGIN", help="この職員に、本物のテストメールを1通送ります。"
    )
    @click.option(
        "--selector",
        "selectors",
        multiple=True,
        help="DKIMの公開鍵を探すセレクター。いくつでも指定できます。",
    )
    def doctor(as_json: bool, send_to: str | None, selectors: tuple[str, ...]) -> None:
        """動くために必要なものをすべて点検し、次にすることを示します。15秒以内に終わります。

        故障がなければ0、故障があれば1で終わります。秘密の値や参加事業所のアドレスは出しません。
        """
        chosen = settings()
        with opened(chosen) as database:
            more = []
            if send_to is not None:
                more.append(posting.check(chosen, database, send_to))
            results = Examination.of(chosen, database, selectors).whole(*more)
        if as_json:
            write(showing.as_json(results) + "\n")
        else:
            _print(results)
        sys.exit(1 if showing.counts(results)[State.BROKEN] else 0)


def _print(results: list[Result]) -> None:
    width = min(WIDEST, shutil.get_terminal_size().columns)
    for state, left, middle, text in showing.table(results, width):
        click.echo(f"{click.style(left, fg=COLOURS[state])}  {middle}  {text}".rstrip())
    click.echo("")
    click.echo(told(showing.summed(results)))
