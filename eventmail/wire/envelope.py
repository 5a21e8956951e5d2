"""To whom one SMTP transaction goes: one person, or a batch in which nobody is shown.

There is no third kind, and neither can hold a Cc, a Bcc or a header (RFC 5321, section 2.3.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.addresses import EmailAddress

LARGEST_BATCH = 100  # every relay must take 100 recipients (RFC 5321, section 4.5.3.1.8)


@dataclass(frozen=True, slots=True)
class Individual:
    """One mail to one recipient: the only address its ``To:`` can show."""

    to: EmailAddress

    def __post_init__(self) -> None:
        if type(self.to) is not EmailAddress:
            raise TypeError("Individual takes exactly one EmailAddress")


@dataclass(frozen=True, slots=True)
class BlindBatch:
    """One mail to 1..100 distinct recipients, none of whom any header shows."""

    recipients: tuple[EmailAddress, ...]

    def __post_init__(self) -> None:
        if type(self.recipients) is not tuple:
            raise TypeError("BlindBatch takes a tuple of EmailAddress")
        if any(type(each) is not EmailAddress for each in self.recipients):
            raise TypeError("BlindBatch takes EmailAddress only")
        if not 1 <= len(self.recipients) <= LARGEST_BATCH:
            raise ValueError(f"a batch has 1 to {LARGEST_BATCH} recipients")
        if len({each.key for each in self.recipients}) != len(self.recipients):
            raise ValueError("the recipients of a batch are distinct")


Envelope = Individual | BlindBatch


def recipients_of(envelope: Envelope) -> tuple[EmailAddress, ...]:
    """The addresses for ``RCPT TO``, in order."""
    match envelope:
        case Individual(to=to):
            return (to,)
        case BlindBatch(recipients=recipients):
            return recipients
    raise TypeError("an envelope is an Individual or a BlindBatch")
