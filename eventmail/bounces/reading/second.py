"""The second opinion: the parser that the mailing list manager Mailman lives on."""

from __future__ import annotations

import logging

from flufl.bounce import all_failures

from eventmail.bounces.reading.parsing import ODD, Mail
from eventmail.bounces.reading.report import Told
from eventmail.bounces.reading.status import ADDRESS, DELAYED, FAILED, MOST
from eventmail.wire.troubles import ENHANCED

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it would log what it chokes on


def told(mail: Mail, words: str) -> tuple[Told, ...]:
    """The addresses that it finds, with the notice's words: it has none of the servers itself."""
    try:
        temporary, permanent = all_failures(mail.library)
    except ODD:
        return ()
    return (*_told(permanent, FAILED, words), *_told(temporary, DELAYED, words))[:MOST]


def _told(found: frozenset[bytes], action: str, words: str) -> list[Told]:
    texts = sorted(each.decode("ascii", "replace") for each in found)
    status = ENHANCED.search(words)
    return [
        Told(text, action, status[0] if status else "", words)
        for text in texts
        if ADDRESS.fullmatch(text)
    ]
