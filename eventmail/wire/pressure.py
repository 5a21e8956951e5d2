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


# RETRY and PERMANENT are what a class says by itself (RFC 5321, section 4.2.1).
_BY_CLASS = {4: Pressure.RETRY, 5: Pressure.PERMANENT}
_THROTTLED = (
    r"too (?:many|much|fast)|throttl|rate.?limit|server busy|\brate\b.{0,40}\bexceed"
    r"|(?:sending|message|connection)s? limit"
)
# Code, enhanced code (empty: whether or not there is one), words (empty: any): all must fit, the
# first two from end to end. The first row that fits decides.
_TABLE = (
    # RFC 4954, section 6, and RFC 5248: 432 4.7.12, the password must be changed first.
    (r"432", r"4\.7\.12", "", Pressure.CREDENTIALS),
    # Exchange, "Fix NDR error 4.3.2": 432 4.3.2 for a sender with too many connections.
    (r"432", "", "", Pressure.SLOW_DOWN),
    # RFC 5321, section 3.8: 421 closes the channel, whatever it is the answer to.
    (r"421", "", "", Pressure.SLOW_DOWN),
    # RFC 4954, section 6: 530 sign in first, 534 too weak a way, 535 wrong name or password,
    # 538 not without encryption.
    (r"53[0458]", "", "", Pressure.CREDENTIALS),
    # RFC 4954, section 6, the same by X.7.8 and X.7.9. But Yahoo's "SMTP error codes" has
    # 554 5.7.9 for a mail that breaks its policy.
    (r"5..", r"5\.7\.8", "", Pressure.CREDENTIALS),
    (r"5(?!54)..", r"5\.7\.9", "", Pressure.CREDENTIALS),
    # RFC 3463, sections 3.3 and 3.4: X.2.3 too long for the mailbox, X.3.4 too big for the system.
    (r"5..", r"5\.2\.3|5\.3\.4", "", Pressure.TOO_BIG),
    # RFC 1870, section 6.1: 552. Without an enhanced code it may also be a full mailbox
    # (RFC 5321, section 4.2.3: exceeded storage allocation), so the words count.
    (r"552", "", r"\bsize\b|too (?:big|large|long)", Pressure.TOO_BIG),
    # RFC 3463, sections 3.4 and 3.5: X.3.2 takes no mails now, X.4.5 congested.
    (r"45[012]", r"4\.3\.2|4\.4\.5", "", Pressure.SLOW_DOWN),
    # Gmail, "SMTP errors and codes": 4.7.28 an unusual rate of mail from this sender.
    # Exchange Online: 451 4.7.500 server busy, 451 4.7.6xx too much for the sender's reputation.
    (r"45[012]", r"4\.7\.(?:28|[56]\d\d)", "", Pressure.SLOW_DOWN),
    # RFC 5321, section 4.5.3.1.10: the transaction is full; its rest goes in another one.
    (r"452", "", r"too many recipients", Pressure.RETRY),
    # RFC 6647, section 5: greylisting, which some say with 4.7.0.
    (r"45[01]", "", r"gr[ae]y.?list", Pressure.RETRY),
    # Gmail, Yahoo ("temporarily deferred") and Outlook: 4.7.0 while they defer a whole sender.
    (r"45[012]", r"4\.7\.0", "", Pressure.SLOW_DOWN),
    # Postfix, anvil(8): 450 4.7.1 "too much mail from", "too many recipients from". Amazon SES:
    # 454 "Throttling failure". Exim's manual, "Rate limiting": "sender rate … exceeds".
    # A full mailbox (X.2.x) or a bad address (X.1.x) is its own affair, whatever the words.
    (r"45[0124]", r"(?!4\.[12]\.).*", _THROTTLED, Pressure.SLOW_DOWN),
)
_ROWS = tuple(
    (re.compile(code), re.compile(enhanced or ".*"), re.compile(words, re.IGNORECASE), pressure)
    for code, enhanced, words, pressure in _TABLE
)


def pressure_of(reply: Reply) -> Pressure:
    """What the reply asks for; nothing if its class is neither "later" nor "never"."""
    otherwise = _BY_CLASS.get(reply.code // 100, Pressure.NONE)
    if otherwise is Pressure.NONE:
        return otherwise
    said, enhanced = str(reply.code), reply.enhanced
    fitting = (
        pressure
        for code, more, words, pressure in _ROWS
        if code.fullmatch(said) and more.fullmatch(enhanced) and words.search(reply.text)
    )
    return next(fitting, otherwise)
