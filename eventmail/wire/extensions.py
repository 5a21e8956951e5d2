"""What a relay offers besides the bare protocol, read from its answer to EHLO."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_KEYWORD = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:[ =](.*))?")


@dataclass(frozen=True, slots=True)
class Extensions:
    """The keywords of one EHLO with their parameters; none after a mere HELO."""

    offered: dict[str, str] = field(default_factory=dict)

    @property
    def pipelining(self) -> bool:
        """Whether commands may go in groups (RFC 2920)."""
        return "pipelining" in self.offered

    @property
    def smtputf8(self) -> bool:
        """Whether addresses may have other letters than ASCII's (RFC 6531)."""
        return "smtputf8" in self.offered

    @property
    def starttls(self) -> bool:
        """RFC 3207."""
        return "starttls" in self.offered

    @property
    def wants_size(self) -> bool:
        """Whether the relay wants to know a mail's size beforehand (RFC 1870)."""
        return "size" in self.offered

    @property
    def largest_size(self) -> int | None:
        """The most bytes a mail may have; None if the relay states no limit, or 0 for none."""
        said = self.offered.get("size", "")
        return int(said) or None if re.fullmatch("[0-9]{1,20}", said) else None

    @property
    def mechanisms(self) -> frozenset[str]:
        """The ways to sign in (RFC 4954), in capitals."""
        return frozenset(self.offered.get("auth", "").upper().split())

    def limit(self, name: str) -> int | None:
        """A limit that the relay states with LIMITS (RFC 9422), such as ``RCPTMAX``."""
        found = re.search(rf"\b{name}=([1-9][0-9]*)\b", self.offered.get("limits", ""), re.I)
        return int(found[1]) if found else None


def extensions_from(answer: bytes) -> Extensions:
    """Read the lines of an EHLO's answer. The first one is a greeting.

    ``AUTH=`` is how old servers wrote it; both ways are added up. What is not understood is
    left out.
    """
    offered: dict[str, str] = {}
    for line in answer.decode("ascii", "replace").split("\n")[1:]:
        found = _KEYWORD.match(line)
        if not found:
            continue
        name, said = found[1].lower(), (found[2] or "").strip()
        offered[name] = f"{offered[name]} {said}" if name == "auth" in offered else said
    return Extensions(offered)
