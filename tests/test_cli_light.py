"""A command loads what it needs, and no more: scripts ask for one a thousand times."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from eventmail import cli, cli_by_need, cli_language
from eventmail.cli_by_need import ByNeed

# What takes long to load. ``alembic`` and ``sqlalchemy`` are the database's.
PAGES = {"flask", "flask_login", "flask_wtf", "waitress", "wtforms", "eventmail.web"}
FILES = {"PIL", "docx", "lxml", "openpyxl", "pypdfium2", "reportlab"}
MAIL = {"aiosmtpd", "eventmail.wire", "flask_mail", "huey", "urllib3"}
KEYS = {"argon2", "cryptography", "webauthn"}
DATABASE = {"alembic", "psycopg", "sqlalchemy"}
WORKING = {"eventmail.outbox.worker", "eventmail.demo", "eventmail.wire.sink"}
# A command as it is typed, and what must not be loaded after it.
LIGHT: dict[str, set[str]] = {
    "check-address": PAGES | FILES | MAIL | KEYS | DATABASE | WORKING,
    "check-sheet --help": PAGES | KEYS | DATABASE | WORKING,
    "--version": PAGES | FILES | MAIL | KEYS | DATABASE | WORKING,
    "migrate --help": {"eventmail.web", "waitress", "reportlab", "webauthn", "docx"} | WORKING,
    "backup --help": {"eventmail.web", "waitress", "reportlab", "webauthn", "docx"} | WORKING,
    "--help": {"eventmail.web", "waitress", "docx", "eventmail.outbox.worker", "eventmail.demo"},
}
SCRIPT = """
import sys
from eventmail.cli import main
sys.argv = ["app.py", *{typed!r}.split()]
try:
    main()
finally:
    print("loaded:", *sorted(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("typed", LIGHT)
def test_a_command_loads_nothing_that_it_has_no_use_for(typed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(typed=typed)],
        input="",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    loaded = set(done.stderr.rpartition("loaded:")[2].split())
    assert "eventmail.cli" in loaded
    assert loaded & LIGHT[typed] == set()


@pytest.mark.parametrize("register", cli.COMMANDS, ids=lambda each: each.__name__)
def test_each_module_has_the_commands_that_are_said_to_be_there(register: object) -> None:
    assert callable(register)
    module = click.Group()
    register(module)
    assert sorted(module.commands) == sorted(cli.COMMANDS[register].split())


def test_every_module_of_commands_is_asked() -> None:
    names = [name for names in cli.COMMANDS.values() for name in names.split()]
    assert len(names) == len(set(names))
    listed = CliRunner().invoke(cli.cli, ["--help"]).output
    assert [name for name in names if f"\n  {name} " not in listed] == []


def test_a_command_that_is_not_asked_for_is_not_made() -> None:
    made = []

    def maker(name: str) -> cli_by_need.Maker:
        def make() -> click.Command:
            made.append(name)
            return click.Command(name, help="なにかをします。")

        return make

    group = click.Group("all", commands=ByNeed({name: maker(name) for name in ("one", "two")}))
    in_english = cli_language.in_english(group)
    assert isinstance(in_english, click.Group)
    assert list(in_english.commands) == ["one", "two"]
    assert "one" in in_english.commands
    assert made == []
    assert in_english.commands["two"] is in_english.commands["two"]
    assert made == ["two"]
    assert in_english.commands.get("three") is None


def test_an_unknown_command_is_refused_as_before() -> None:
    done = CliRunner().invoke(cli.cli, ["send-everything"])
    assert done.exit_code == 2
    assert "send-everything" in done.output
