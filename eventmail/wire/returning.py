"""The envelope sender of each delivery: what comes back says by its address which mail it was.

RFC 5321, 4.5.5: a failed mail is told to the envelope sender. The pattern is the installation's,
``bounce+*@example.jp``, the tag is one delivery's; whoever signs it knows more than the gate, which
only judges that the address is of this form and of nobody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from eventmail.addresses import AddressError, EmailAddress

PLACE = "*"
# Kind and number of what came back, and its signature: letters that survive a change of case.
TAG = re.compile(r"[db][1-9][0-9]{0,15}-[a-z2-7]{20}")
LONGEST_BESIDES = 26  # with the longest tag the local part keeps within 64 (RFC 5321)


@dataclass(frozen=True, slots=True)
class ReturnPattern:
    """The mailbox for what comes back, and where in its local part the tag stands."""

    before: str
    after: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> ReturnPattern:
        """``name@domain`` stands for ``name+*@domain``. Raises ``ValueError`` for anything else."""
        local, _, domain = text.strip().rpartition("@")
        if PLACE not in local:
            local = f"{local}+{PLACE}"
        before, _, after = local.partition(PLACE)
        try:
            sample = EmailAddress.parse(f"{before}d1-{'a' * 20}{after}@{domain}")
        except AddressError as error:
            raise ValueError(text) from error
        if not before or PLACE in after or len(before + after) > LONGEST_BESIDES:
            raise ValueError(text)
        return cls(before.lower(), after.lower(), sample.domain)

    def address(self, tag: str) -> EmailAddress:
        """The envelope sender with this tag."""
        if not TAG.fullmatch(tag):
            raise ValueError("no tag of a return address")
        return EmailAddress.parse(f"{self.before}{tag}{self.after}@{self.domain}")

    def tag_of(self, address: str) -> str | None:
        """The tag in an address of this form, in whatever case it came back; else None."""
        local, _, domain = address.lower().rpartition("@")
        end = len(local) - len(self.after)
        framed = local.startswith(self.before) and local.endswith(self.after)
        tag = local[len(self.before) : end]
        return tag if framed and domain == self.domain and TAG.fullmatch(tag) else None
