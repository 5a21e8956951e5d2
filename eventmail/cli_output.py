"""What commands without database or settings write: UTF-8, and one sentence when they cannot."""

from __future__ import annotations

import json
import sys
from typing import NoReturn

import click


def write(text: str) -> None:
    """To standard output, in UTF-8 whatever the terminal's language."""
    # A file may hold half a surrogate pair.
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def refuse(code: str, message: str, as_json: bool) -> NoReturn:
    """Say why the file cannot be read, and end with 2."""
    if as_json:
        told = {"error": {"code": code, "message": message}}
        write(json.dumps(told, ensure_ascii=False) + "\n")
    click.echo(f"エラー：{message}", err=True)
    sys.exit(2)
