"""Six mails for one's own rule: three that pass and three that are refused.

Outside addresses end in ``.example`` or ``.invalid`` and reach nobody. The ones inside are of a
mailbox that no office has; all are sent with oneself as the only envelope recipient.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from eventmail.gateway.rule import Rule
from eventmail.language import said

ENDS = ("example", "invalid")
EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail: what it is for, and what the rule says of it."""

    name: str
    about: str
    refuse: bool
    content: bytes


def samples(rule: Rule) -> tuple[Sample, ...]:
    """All six, in the order in which they are tried."""
    return tuple(
        Sample(name, about.format(n=rule.limit, over=rule.refused), refuse, write(rule, name))
        for name, about, refuse, write in SAMPLES
    )


def archive(rule: Rule) -> bytes:
    """All six in one ZIP, the same bytes each time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for each in samples(rule):
            made.writestr(zipfile.ZipInfo(each.name, EARLIEST), each.content)
    return file.getvalue()


def outside(number: int) -> str:
    """One of as many outside addresses as one likes."""
    return f"jinji{number}@jigyosho{number}.{ENDS[number % 2]}"


def inside(rule: Rule, number: int) -> str:
    """An address of one's own that no office has."""
    return f"eventmail-test-{number}@{rule.own[number % len(rule.own)]}"


def _mail(rule: Rule, subject: str, headers: list[tuple[str, list[str]]]) -> bytes:
    coded = base64.b64encode(subject.encode()).decode()
    lines = [f"From: {inside(rule, 0)}", f"Subject: =?UTF-8?B?{coded}?="]
    lines += [f"{name}: " + ",\r\n ".join(addresses) for name, addresses in headers]
    lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=us-ascii", ""]
    lines += ["This mail tries the rule for external addresses in To and Cc.", ""]
    return "\r\n".join(lines).encode("ascii")


def _plain(count: Callable[[Rule], int]) -> Callable[[Rule, str], bytes]:
    def write(rule: Rule, name: str) -> bytes:
        return _mail(rule, name, [("To", [outside(each) for each in range(count(rule))])])

    return write


def _inside(rule: Rule, name: str) -> bytes:
    own = [inside(rule, each) for each in range(rule.limit + 10)]
    return _mail(rule, name, [("To", own), ("Cc", [outside(1)])])


def _two_headers(rule: Rule, name: str) -> bytes:
    there = [outside(each) for each in range(rule.limit)]
    return _mail(rule, name, [("To", there), ("Cc", [outside(rule.limit)])])


def _named(count: Callable[[Rule], int]) -> Callable[[Rule, str], bytes]:
    """Display names that hold what stands between addresses, and what stands in them."""

    def write(rule: Rule, name: str) -> bytes:
        there = [
            f'"Yamada, Taro ({each}) a@b" <{outside(each).upper()}>' for each in range(count(rule))
        ]
        return _mail(rule, name, [("To", [*there, inside(rule, 1)])])

    return write


SAMPLES: tuple[tuple[str, str, bool, Callable[[Rule, str], bytes]], ...] = (
    (
        "01-pass-1.eml",
        said("外部{n}件をToに（ちょうど上限）"),
        False,
        _plain(lambda rule: rule.limit),
    ),
    ("01-pass-2.eml", said("所内の多くの宛先をToに、外部1件をCcに"), False, _inside),
    (
        "01-pass-3.eml",
        said("表示名に「,」と「@」がある外部{n}件と、所内1件をToに"),
        False,
        _named(lambda rule: rule.limit),
    ),
    ("02-refuse-1.eml", said("外部{over}件をToに"), True, _plain(lambda rule: rule.refused)),
    ("02-refuse-2.eml", said("外部{n}件をToに、1件をCcに"), True, _two_headers),
    (
        "02-refuse-3.eml",
        said("表示名に「,」と「@」がある、大文字の外部{over}件をToに"),
        True,
        _named(lambda rule: rule.refused),
    ),
)
