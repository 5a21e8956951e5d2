"""Reads a source file as the promise's guard: which ways around the one way out it takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

CALLS = "eventmail/webhooks/calling.py"
# Module to the files that may import it.
LIBRARIES: dict[str, set[str]] = {
    "aiosmtpd": {"eventmail/wire/sink/__init__.py"},
    "asyncio": {"eventmail/wire/sink/__init__.py"},
    "email": set(),
    "flask_mail": {"eventmail/wire/relay.py"},
    "ftplib": set(),
    "http": set(),
    "imaplib": {"eventmail/wire/inbox/__init__.py"},
    "importlib": {"eventmail/confined.py"},
    "nntplib": set(),
    "poplib": set(),
    "requests": set(),
    "select": {"eventmail/wire/conversation.py"},
    "selectors": set(),
    "smtplib": set(),
    "socket": {
        *(CALLS, "eventmail/antivirus.py"),
        *("eventmail/demo.py", "eventmail/processes.py"),  # ports to be listened on
        "eventmail/wire/connecting.py",
        "eventmail/wire/conversation.py",
        "eventmail/wire/sink/__init__.py",
    },
    "ssl": {
        CALLS,
        "eventmail/wire/connecting.py",
        "eventmail/wire/conversation.py",
        "eventmail/wire/inbox/__init__.py",
    },
    "subprocess": {"eventmail/confined.py", "eventmail/processes.py"},
    "telnetlib": set(),
    "urllib3": {CALLS},
}
# Of a library that writes mail as well, what only reads, to the file that may.
READERS: dict[str, set[str]] = {
    "email.parser": {"eventmail/bounces/reading/parsing.py"},
    "email.parser.BytesParser": {"eventmail/bounces/reading/parsing.py"},
}
TEST_MAILS = "eventmail/letters/trying.py"
# A relay is tried before it is chosen, and no mail is handed over.
TRIALS = "eventmail/relays/trying.py"
# The service's own notices: to the office's mailboxes, and to its staff.
INVITATIONS = "eventmail/accounts/posting.py"
POSTING = "eventmail/alerts/posting.py"
# Alerts, notices to staff, and one participant's own link, to him alone: they go one way.
POSTBAG = "eventmail/alerts/postbag.py"
# Made by this name, to the files (or the folder) where that belongs.
MADE: dict[str, tuple[str, ...]] = {
    "Cleared": ("eventmail/wire/gate.py",),
    "Connection": (
        "eventmail/outbox/sending.py",
        *(POSTBAG, TEST_MAILS, TRIALS, INVITATIONS),
    ),
    "Conversation": ("eventmail/wire/connecting.py",),
    "Knowledge": ("eventmail/mailings/rendering.py", "eventmail/outbox/exposure.py", POSTING),
    "compose": ("eventmail/mailings/rendering.py", POSTING),
    "inspect": ("eventmail/mailings/rendering.py", POSTING),
}
# Used by this name, to the files (or the folder) where that belongs.
NAMES: dict[str, tuple[str, ...]] = {
    "EmailMessage": (),
    "MIMEMultipart": (),
    "MIMEText": (),
    "Message": (),
    "SMTP": ("eventmail/wire/sink/",),
    "SMTP_SSL": (),
    "_SEAL": ("eventmail/wire/gate.py",),
    "__import__": (),
    "__new__": (),
    "_issued": ("eventmail/wire/gate.py",),
    "connect_ex": ("eventmail/demo.py",),
    "create_connection": ("eventmail/antivirus.py", "eventmail/wire/connecting.py"),
    "eval": (),
    "exec": (),
    "object.__setattr__": ("eventmail/wire/relay.py",),
    "open_connection": ("eventmail/wire/",),
    "popen": (),
    "send_message": (),
    "sendmail": (),
    "set_debuglevel": (),
    "system": (),
}
ARGUMENTS = {"bcc", "cc", "extra_headers", "recipients", "to_addrs", "to_addresses"}
ARGUMENTS_ALLOWED = {
    "recipients": (
        "eventmail/mailings/findings/",
        "eventmail/mailings/rendering.py",
        "eventmail/mailings/snapshot.py",
        "eventmail/outbox/",
        "eventmail/wire/",
    )
}
OUTSIDE_MODULES = {
    "eventmail.wire.connecting",
    "eventmail.wire.conversation",
    "eventmail.wire.gate",
    "eventmail.wire.transaction",
    "eventmail.wire.transport",
}


def faults(path: str, source: str) -> list[str]:
    """Every way around that this file takes, in words; ``path`` is from the project's root."""
    tree = ast.parse(source)
    found = [f"imports {name}" for name in imports(tree) if not may_import(path, name)]
    found += [f"uses {name}" for name in names(tree) if not belongs(path, NAMES.get(name))]
    found += [f"makes {name}" for name in made(tree) if not belongs(path, MADE.get(name))]
    found += [
        f"has an argument {name}"
        for name in arguments(tree)
        if name in ARGUMENTS and not belongs(path, ARGUMENTS_ALLOWED.get(name, ()))
    ]
    return found


def may_import(path: str, name: str) -> bool:
    """Whether this file may import a module of that dotted name."""
    if name in READERS:
        return path in READERS[name]
    if name in OUTSIDE_MODULES:
        return path.startswith("eventmail/wire/")
    allowed = LIBRARIES.get(name.partition(".")[0])
    return allowed is None or path in allowed


def belongs(path: str, places: tuple[str, ...] | None) -> bool:
    """Whether a file is one of the places, or lies in one; None stands for everywhere."""
    return places is None or path.startswith(places or ("nowhere",))


def imports(tree: ast.AST) -> Iterator[str]:
    """The dotted names of all imported modules, and of what is imported from them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def names(tree: ast.AST) -> Iterator[str]:
    """Every name and attribute, an attribute of ``object`` with it in front."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = f"{node.value.id}." if isinstance(node.value, ast.Name) else ""
            yield f"object.{node.attr}" if owner == "object." else node.attr
            if owner == "object." and node.attr in NAMES:
                yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2]


def made(tree: ast.AST) -> Iterator[str]:
    """The names that are called as they stand: ``Cleared(…)``, and not ``press.compose(…)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def arguments(tree: ast.AST) -> Iterator[str]:
    """The names of all parameters and of all keywords in calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            given = node.args
            yield from (each.arg for each in (*given.args, *given.kwonlyargs, *given.posonlyargs))
        elif isinstance(node, ast.Call):
            yield from (each.arg for each in node.keywords if each.arg)
