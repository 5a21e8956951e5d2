"""What the tests of the checks share: who asks, and what a finding says."""

from __future__ import annotations

from eventmail.addresses import EmailAddress
from eventmail.config import Settings
from eventmail.doctor.finding import Finding, State

GOOD, LOOK, BROKEN = State.GOOD, State.LOOK, State.BROKEN
MB = 1024 * 1024
SENDER = EmailAddress.parse("info@minato.jp")
STRONG = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
REAL = Settings(secret_key=STRONG, public_url="https://mail.minato.jp", trusted_proxy="127.0.0.1")
Case = tuple[State, str, str]


def holds(finding: Finding, state: State, found: str, todo: str = "") -> None:
    assert (finding.state, found in finding.found, todo in finding.todo) == (state, True, True), (
        finding
    )
