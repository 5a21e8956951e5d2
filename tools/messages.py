"""Bring the catalogues of English sentences up to what templates and code say.

    python tools/messages.py            write eventmail/language/en/*.po anew, English kept
    python tools/messages.py --missing  list the sentences that have no English, by folder

Each folder of the service has a file of its own; a sentence of several folders stands in the first
of them. What nothing says any more is dropped.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from jinja2 import Environment

from eventmail.language.catalogue import HERE, read
from eventmail.language.templates import is_japanese_only, translate

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES, CODE = ROOT / "templates", ROOT / "eventmail"
Said = dict[str, list[str]]  # pattern -> where it is said


def of_templates() -> Iterator[tuple[str, str]]:
    """(pattern, where) of every template."""
    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(TEMPLATES).as_posix()
        if is_japanese_only(name):
            continue
        found: list[str] = []
        translate(environment.parse(path.read_text()), found.append)
        yield from ((pattern, f"templates/{name}") for pattern in found)


def of_code() -> Iterator[tuple[str, str]]:
    """(pattern, where) of every ``said("…")``."""
    for path in sorted(CODE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        if not any(_brings_said(node) for node in ast.walk(tree)):
            continue
        for node in ast.walk(tree):
            if _is_said(node):
                first = node.args[0]  # type: ignore[attr-defined]
                if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
                    raise SystemExit(f"{path}:{node.lineno}: said() takes a literal")  # type: ignore[attr-defined]
                yield first.value, path.relative_to(ROOT).as_posix()


def of_commands() -> Iterator[tuple[str, str]]:
    """(pattern, where) of every help text of the command line."""
    from eventmail.cli import cli
    from eventmail.cli_language import texts

    yield from texts(cli)


def _brings_said(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "eventmail.language"
        and any(each.name == "said" for each in node.names)
    )


def _is_said(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "said"
        and bool(node.args)
    )


def collect() -> Said:
    """Every pattern, with the files that say it."""
    found: Said = {}
    for pattern, where in [*of_templates(), *of_code(), *of_commands()]:
        if where not in found.setdefault(pattern, []):
            found[pattern].append(where)
    return found


def folder_of(where: str) -> str:
    """``templates/roster/x.html`` and ``eventmail/roster/y.py`` belong to *roster*."""
    parts = where.split("/")
    return parts[1] if len(parts) > 2 else "service"


def known() -> dict[str, str]:
    """The English that there is."""
    return {key: text for path in sorted(HERE.glob("*.po")) for key, text in read(path).items()}


def write(found: Said, english: dict[str, str]) -> None:
    """Write each folder's file, sorted, so that two changes seldom meet."""
    folders: dict[str, Catalog] = {}
    for pattern, places in sorted(found.items()):
        folder = min(folder_of(each) for each in places)
        catalogue = folders.setdefault(folder, Catalog(locale="en", fuzzy=False))
        catalogue.add(pattern, english.get(pattern, ""), auto_comments=[sorted(places)[0]])
    for path in HERE.glob("*.po"):
        if path.stem not in folders:
            path.unlink()
    for folder, catalogue in folders.items():
        with (HERE / f"{folder}.po").open("wb") as file:
            write_po(file, catalogue, omit_header=True, width=0)


def main() -> None:
    """Write the files, or list what is missing."""
    found, english = collect(), known()
    missing = [
        (folder_of(places[0]), each) for each, places in found.items() if each not in english
    ]
    if "--missing" in sys.argv:
        for folder, pattern in sorted(missing):
            print(f"{folder}\t{pattern!r}")
    else:
        write(found, english)
    print(f"{len(found)} sentences, {len(missing)} without English")


if __name__ == "__main__":
    main()
