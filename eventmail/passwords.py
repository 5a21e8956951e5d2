"""How passwords are kept and compared: argon2id over the same form of the same characters."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()  # argon2id with the library's defaults (RFC 9106, low memory)
LONGEST = 256  # NIST SP 800-63B-4 asks for at least 64
UNUSABLE = "!"  # no password has this hash


def normal(password: str) -> str:
    """The same password whatever keyboard wrote it: ＡＢＣ and ABC, か゛ and が are one (NFKC)."""
    return unicodedata.normalize("NFKC", password[:LONGEST])


def hashed(password: str) -> str:
    """What is stored of a password."""
    return HASHER.hash(normal(password))


def verifies(password_hash: str | None, password: str) -> bool:
    """Whether the password is this one. Takes as long where there is no hash to compare with.

    What was set before passwords were brought to one form is tried as it was typed, too.
    """
    if not password or len(password) > LONGEST:
        return False
    usable = password_hash if password_hash and password_hash != UNUSABLE else None
    forms = dict.fromkeys((normal(password), password))
    found = [_verifies(usable or _nobody(), each) for each in forms]
    return any(found) and usable is not None


class Attempt:
    """A password as somebody typed it, compared with each hash only once.

    So the costly comparison comes before a transaction that others wait for, and its answer is
    looked at within.
    """

    def __init__(self, password: str) -> None:
        self.password = password
        self._found: dict[str | None, bool] = {}

    def opens(self, password_hash: str | None) -> bool:
        """Whether it is the password of this hash, as :func:`verifies` says."""
        if password_hash not in self._found:
            self._found[password_hash] = verifies(password_hash, self.password)
        return self._found[password_hash]


def is_old(password_hash: str, password: str) -> bool:
    """Whether a right password should be hashed anew: other parameters, or another form."""
    if HASHER.check_needs_rehash(password_hash):
        return True
    return normal(password) != password and not _verifies(password_hash, normal(password))


@cache
def _nobody() -> str:
    """Verified where there is nobody, so that both answers take the same time."""
    return HASHER.hash("nobody has this password")


def _verifies(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
