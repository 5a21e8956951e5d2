"""What became of one mail, for each recipient, by the class of the relay's reply."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from eventmail.addresses import EmailAddress

LONGEST_REPLY = 500


class Kind(StrEnum):
    """What may follow: nothing, a later try, never again, a person's decision, another try."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # 4xx: the relay says "later"
    REFUSED = "refused"  # 5xx: the relay says "never"
    UNCERTAIN = "uncertain"  # handed over whole, but no answer that can be understood
    NOT_SENT = "not_sent"  # the relay never had the whole mail


_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?: |$)", re.ASCII)
_BY_CLASS = {2: Kind.ACCEPTED, 4: Kind.DEFERRED, 5: Kind.REFUSED}
# The strongest answer names the whole: what may have arrived outweighs what did not.
_ORDER = (Kind.UNCERTAIN, Kind.ACCEPTED, Kind.DEFERRED, Kind.REFUSED, Kind.NOT_SENT)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of the relay (RFC 5321, section 4.2); code 0 if there was none."""

    code: int
    text: str

    def kind(self, otherwise: Kind) -> Kind:
        """By the reply's class; ``otherwise`` for a reply of no known class or none at all."""
        return _BY_CLASS.get(self.code // 100, otherwise)

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 2034) such as "4.7.1"; empty without one of its class."""
        found = _ENHANCED.match(self.text)
        return found[1] if found and found[1][0] == str(self.code)[0] else ""


def reply(code: int, raw: bytes | str) -> Reply:
    """A reply as it can be stored: readable, on one line, at most 500 characters."""
    text = raw.decode("ascii", "replace") if isinstance(raw, bytes) else raw
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return Reply(max(code, 0), text[:LONGEST_REPLY])


@dataclass(frozen=True, slots=True)
class Result:
    """One recipient's part of the outcome."""

    recipient: EmailAddress
    kind: Kind
    reply: Reply


@dataclass(frozen=True, slots=True)
class Outcome:
    """One transaction: a result for every recipient of the envelope, in its order."""

    results: tuple[Result, ...]

    @property
    def kind(self) -> Kind:
        """For an individual mail its kind; for a batch the strongest among its recipients."""
        if len(self.results) == 1:
            return self.results[0].kind
        kinds = {each.kind for each in self.results}
        return next(kind for kind in _ORDER if kind in kinds)

    @property
    def reply(self) -> Reply:
        """The reply that goes with :attr:`kind`."""
        return next(each.reply for each in self.results if each.kind is self.kind)
