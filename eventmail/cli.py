"""The command line: ``python app.py COMMAND``, or ``eventmail COMMAND`` when installed.

A command that is asked for a line of text is not to load the web application, the worker and a
writer of PDF first: only the module that has it is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from eventmail import cli_language
from eventmail.audit import origin
from eventmail.cli_by_need import ByNeed
from eventmail.errors import UserError
from eventmail.observing import logs
from eventmail.version import VERSION

if TYPE_CHECKING:
    from eventmail.config import Settings

NO_DATABASE = (
    "データベースに接続できません。設定 EVENTMAIL_DATABASE_URL と、"
    "データベースが動いていることを確かめてください。"
)


def _settings_here() -> Settings:
    from eventmail.cli_ready import settings_here

    return settings_here()


def _ready() -> Settings:
    from eventmail.cli_ready import ready

    return ready()


def _running(group: click.Group) -> None:
    from eventmail import cli_running

    cli_running.register(group)


def _offices(group: click.Group) -> None:
    from eventmail import cli_offices

    cli_offices.register(group)


def _accounts(group: click.Group) -> None:
    from eventmail import cli_accounts

    cli_accounts.register(group, _ready)


def _sheets(group: click.Group) -> None:
    from eventmail import cli_sheets

    cli_sheets.register(group)


def _scan(group: click.Group) -> None:
    from eventmail import cli_scan

    cli_scan.register(group)


def _bounces(group: click.Group) -> None:
    from eventmail import cli_bounces

    cli_bounces.register(group, _ready)


def _people(group: click.Group) -> None:
    from eventmail import cli_people

    cli_people.register(group)


def _audit(group: click.Group) -> None:
    from eventmail import cli_audit

    cli_audit.register(group, _ready)


def _keeping(group: click.Group) -> None:
    from eventmail import cli_keeping

    cli_keeping.register(group, _settings_here)


def _doctor(group: click.Group) -> None:
    from eventmail import cli_doctor

    cli_doctor.register(group, _settings_here)


# Each module's commands; that these are all of them is tested.
COMMANDS: dict[Callable[[click.Group], None], str] = {
    _running: "migrate web worker serve sink demo settings",
    _offices: (
        "add-office add-mailbox set-batches set-sending erase-mailing add-staff set-staff-address"
    ),
    _accounts: "invite reset-password reset-second-factor",
    _sheets: "check-address check-sheet",
    _scan: "scan-file",
    _bounces: "read-bounce receive-bounces",
    _people: "add-administrator add-overseer",
    _audit: "audit",
    _keeping: "backup verify-backup restore move unlock-restored",
    _doctor: "doctor",
}


def _made(register: Callable[[click.Group], None], name: str) -> click.Command:
    module = click.Group()
    register(module)
    return module.commands[name]


@click.group(
    commands=ByNeed(
        {
            name: partial(_made, register, name)
            for register, names in COMMANDS.items()
            for name in names.split()
        }
    ),
    context_settings={"help_option_names": ["-h", "--help"], "obj": _ready},
)
@click.version_option(
    VERSION, prog_name="eventmail", message="%(prog)s %(version)s", help="版を表示して終わります。"
)
@click.pass_context
def cli(context: click.Context) -> None:
    """イベントメール：参加事業所のアドレスがほかへ見えないメール送信。"""
    origin.this_process_is(origin.COMMAND)
    logs.begin()


def main() -> None:
    """Run a command; faults of the user end with one sentence, not with a traceback."""
    try:
        cli_language.chosen(cli)()
    except Exception as error:
        sentence = _told(error)
        if not sentence:
            raise
        cli_language.refuse(sentence)


def _told(error: Exception) -> str:
    """What is to be told instead of a traceback; nothing if it is a fault of ours."""
    from sqlalchemy.exc import OperationalError

    from eventmail.config import ConfigError

    if isinstance(error, OperationalError):
        return f"{NO_DATABASE}（{error.orig}）"
    return str(error) if isinstance(error, ConfigError | UserError) else ""
