"""What the peers in Python share: the task they were given, and the words with the benchmark.

It runs in each peer's own environment, so it needs nothing but the standard library.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

TASK: dict[str, Any] = json.loads(sys.argv[1])
FILE = Path(TASK["file"]).read_bytes() if TASK["file"] else b""
MAILS: int = TASK["mails"]
RECIPIENTS: int = TASK["recipients"]


def address(number: int) -> str:
    """The address of one company."""
    return f"saiyo{number}@jigyosho{number}.example"


def body(number: int) -> str:
    """The letter to one company."""
    text: str = TASK["body"]
    return text.replace(TASK["salutation"], f"株式会社ひろ野{number}\n採用ご担当者　様")


def blind() -> list[str]:
    """The recipients of one blind batch."""
    return [address(number) for number in range(RECIPIENTS)]


def run(send: Callable[[], None]) -> None:
    """Say that all is ready, send when told, say that it is done, wait to be measured."""
    print("ready", flush=True)
    sys.stdin.readline()
    send()
    print("done", flush=True)
    sys.stdin.read()
