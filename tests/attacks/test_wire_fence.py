"""Only the wire speaks mail, and inside it only the ways that keep the promise are used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIL_LIBRARIES = {"email", "smtplib", "flask_mail", "aiosmtpd", "imaplib", "poplib"}
WHERE = {
    "flask_mail": {"relay.py"},
    "smtplib": {"connecting.py", "transport.py"},
    "aiosmtpd": {"__init__.py"},  # the sink's
    "email": set(),
    "imaplib": set(),
    "poplib": set(),
}
EASY_WAYS_OUT = {
    "sendmail",
    "send_message",
    "Message",
    "EmailMessage",
    "MIMEText",
    "set_debuglevel",
}


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


@pytest.mark.parametrize("library", sorted(MAIL_LIBRARIES))
def test_a_mail_library_is_imported_only_where_it_belongs(library: str) -> None:
    users = {path.relative_to(ROOT) for path in sources("eventmail") if library in imports(path)}
    outside = {str(path) for path in users if path.parts[:2] != ("eventmail", "wire")}
    assert outside == set()
    assert {path.name for path in users} == WHERE[library]


def test_no_library_composes_or_sends_by_itself() -> None:
    used = {(path.name, name) for path in sources("eventmail/wire") for name in names(path)}
    assert {(file, name) for file, name in used if name in EASY_WAYS_OUT} == set()


def test_only_the_gate_holds_the_seal() -> None:
    holders = {path.name for path in sources("eventmail") if "_SEAL" in names(path)}
    assert holders == {"gate.py"}


def test_no_function_of_the_wire_takes_visible_recipients() -> None:
    taken = {
        argument.arg
        for path in sources("eventmail/wire")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        for argument in [*node.args.args, *node.args.kwonlyargs]
    }
    assert taken & {"cc", "bcc", "extra_headers", "to_addresses"} == set()
