"""What a relay's words ask of the sender, beyond the fate of the one mail they answer."""

from __future__ import annotations

import re
from enum import StrEnum

from eventmail.wire.outcome import Reply


class Pressure(StrEnum):
    """What to do next: about this recipient, about the whole relay, or about its settings."""

    NONE = "none"  # all is well
    RETRY = "retry"  # this recipient later
    SLOW_DOWN = "slow_down"  # everything to this relay later, and less of it
    CREDENTIALS = "credentials"  # wrong name or password: a person must see to it
    TOO_BIG = "too_big"  # this mail is too big for this relay or mailbox
    PERMANENT = "permanent"  # this recipient never
    DOWN = "down"  # the relay cannot be reached or is broken: everything later
    MISCONFIGURED = "misconfigured"  # our settings and the relay do not fit together


_THROTTLED = re.compile(
    r"too many|rate.?limit|rate that|throttl|too fast|quota exceeded for sending"
    r"|(?:sending|message|connection) limit|unusual (?:rate|volume)",
    re.IGNORECASE,
)


class _Row:
    """A class of replies: codes, enhanced codes (none: any), words (none: any)."""

    __slots__ = ("codes", "enhanced", "pressure", "words")

    def __init__(
        self,
        pressure: Pressure,
        codes: str,
        enhanced: str = "",
        words: re.Pattern[str] | None = None,
    ) -> None:
        self.pressure, self.words = pressure, words
        self.codes, self.enhanced = re.compile(codes), re.compile(enhanced)

    def fits(self, reply: Reply) -> bool:
        """Whether the reply is of this class."""
        return bool(
            self.codes.fullmatch(str(reply.code))
            and (not self.enhanced.pattern or self.enhanced.fullmatch(reply.enhanced))
            and (self.words is None or self.words.search(reply.text))
        )


# The first row that fits decides.
_TABLE = (
    # RFC 5321, section 4.2.1: 2yz is done, 3yz waits for more.
    _Row(Pressure.NONE, "[23]..|0"),
    # RFC 5321, section 3.8: 421 closes the channel, whatever it was the answer to.
    _Row(Pressure.SLOW_DOWN, "421"),
    # RFC 4954, section 6: 454 4.7.0 is a passing trouble of the sign-in, 432 4.7.12 a password
    # that must be changed first. Exchange Online says 432 4.3.2 when a sender has too many
    # connections ("STOREDRV; concurrent connections limit exceeded").
    _Row(Pressure.SLOW_DOWN, "432", r"|4\.3\.2"),
    _Row(Pressure.CREDENTIALS, "432", r"4\.7\.12"),
    _Row(Pressure.SLOW_DOWN, "432"),
    # RFC 4954, section 6: 530 5.7.0 sign in first, 534 5.7.9 too weak a way, 535 5.7.8 wrong
    # credentials, 538 5.7.11 encryption required. RFC 5248 registers the same enhanced codes.
    _Row(Pressure.CREDENTIALS, "530|534|535|538"),
    _Row(Pressure.CREDENTIALS, "5..", r"5\.7\.(?:8|9|11)"),
    # RFC 1870, section 6.1: 552 for a mail above the limit. RFC 3463: X.3.4 too big for the
    # system, X.2.3 too long for the mailbox. A plain 552 may be a full mailbox instead.
    _Row(Pressure.TOO_BIG, "5..", r"5\.3\.4|5\.2\.3"),
    _Row(Pressure.TOO_BIG, "552", "", re.compile(r"size|too (?:big|large|long)", re.IGNORECASE)),
    # RFC 3463: X.3.2 the system takes nothing now, X.4.5 congestion.
    _Row(Pressure.SLOW_DOWN, "45[012]", r"4\.3\.2|4\.4\.5"),
    # Postfix's postscreen and anvil ("450 4.7.1 Error: too much mail from"), Exim's ratelimit
    # (manual, section 44.38), Gmail (support: SMTP error reference: 4.7.28 unusual rate, 450
    # 4.2.1 of a user receiving too fast is the mailbox's own affair), Exchange (451 4.7.500).
    _Row(Pressure.RETRY, "450", r"4\.2\.1"),
    _Row(Pressure.SLOW_DOWN, "45[012]", r"4\.7\.(?:28|5\d\d|6\d\d)"),
    # RFC 5321, section 4.5.3.1.10: 452 "too many recipients" is about this transaction.
    _Row(Pressure.RETRY, "45[012]", "", re.compile("too many recipients", re.IGNORECASE)),
    _Row(Pressure.SLOW_DOWN, "45[012]", r"|4\.(?:3|4|5|7)\.\d+", _THROTTLED),
    # Greylisting says 4.7.1 (Postgrey) or 4.7.0 with its name; RFC 6647, section 5.
    _Row(Pressure.RETRY, "45[01]", r"4\.7\.\d+", re.compile("gr[ea]ylist", re.IGNORECASE)),
    # RFC 3463: X.7.0 an undefined matter of policy. Gmail, Yahoo and Outlook use it when they
    # defer a whole sender ("try again later", "temporarily deferred").
    _Row(Pressure.SLOW_DOWN, "45[012]", r"4\.7\.0"),
    # RFC 5321, section 4.2.1: 4yz is for now, 5yz for good.
    _Row(Pressure.RETRY, "4.."),
    _Row(Pressure.PERMANENT, "5.."),
)


def pressure_of(reply: Reply) -> Pressure:
    """What the reply asks for. A reply of no known class asks for nothing."""
    return next((row.pressure for row in _TABLE if row.fits(reply)), Pressure.NONE)
