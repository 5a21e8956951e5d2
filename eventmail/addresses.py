"""``EmailAddress``: exactly one mailbox, made once from one cell, and never from a list.

Rules: RFC 5321 (lengths, local part) and RFC 5322 through email-validator with ASCII local parts
only, and stricter where a stricter reading protects: nothing that a mail program could take for a
second address, a display name or a header can stand in one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from eventmail.language import said
from eventmail.names import GIVEN_NAMES, ROLE_WORDS, SURNAMES, fold_romaji

LONGEST = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1.1

MESSAGES = {
    "empty": said("メールアドレスがありません。"),
    "several": said("1つの欄に2つ以上のメールアドレスがあります。1つだけにしてください。"),
    "many_at": said("「@」が2つ以上あります。正しいメールアドレスを1つだけ入力してください。"),
    "no_at": said("「@」がないため、メールアドレスとして読めません。"),
    "mailto": said("「mailto:」が付いています。メールアドレスだけを入力してください。"),
    "display_name": said("かっこが付いています。メールアドレスだけを入力してください。"),
    "space": said("メールアドレスの途中に空白や改行があります。取り除いてください。"),
    "hidden": said("メールアドレスに目に見えない文字が含まれています。入力し直してください。"),
    "forbidden": said("メールアドレスに使えない記号があります。アドレスだけを入力してください。"),
    "not_ascii": said("メールアドレスの「@」より前は、半角の英数字と記号だけにしてください。"),
    "too_long": said("メールアドレスが長すぎます。入力し直してください。"),
    "local": said("メールアドレスの「@」より前が正しくありません。入力し直してください。"),
    "domain": said("メールアドレスの「@」より後ろが正しくありません。入力し直してください。"),
}
# These carriers gave out local parts that RFC 5321 allows only in quotes: a..b, a.
CARRIERS = (
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "au.com",
    "softbank.ne.jp",
    "i.softbank.jp",
    "vodafone.ne.jp",
    "disney.ne.jp",
    "willcom.com",
    "ymobile.ne.jp",
)
_CARRIER_LOCAL = re.compile(r"[A-Za-z0-9!#$%&*+/=?^_~.-]+")
_DOT_ATOM = re.compile(r"[^.]+(\.[^.]+)*")
_BETWEEN = re.compile(r"[,;、\s/・|()<>\[\]]")
_FORBIDDEN = frozenset("\"'`\\,;:|、。")
_PLAIN = re.compile(
    r"(?P<local>[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)"
    r"@(?P<domain>(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]+)"
)
_SPECIAL_ENDS = tuple(f".{each}" for each in SPECIAL_USE_DOMAIN_NAMES)
_LONGEST_LABEL = 63  # RFC 1035, 2.3.4
_BRACKETS = frozenset({"Ps", "Pe", "Pi", "Pf"})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class AddressError(ValueError):
    """A text is not exactly one address. ``message`` is one Japanese sentence for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, repr=False)
class EmailAddress:
    """One mailbox. Made by :meth:`parse`; a direct call with unchecked parts is refused."""

    local: str
    domain: str

    def __post_init__(self) -> None:
        if _checked(f"{self.local}@{self.domain}") != (self.local, self.domain):
            raise _error("local")

    @classmethod
    def parse(cls, text: str) -> EmailAddress:
        """Read one cell: full-width letters become ASCII, white space around it is dropped.

        The domain is lower-cased and an IDN becomes A-labels (RFC 5890). Raises
        :class:`AddressError` for anything that is not exactly one plain address: a display name,
        brackets or ``mailto:`` are not read but refused.
        """
        plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
        return cls(*_checked(plain.strip()))

    @property
    def key(self) -> str:
        """The address for comparing: in practice no provider tells upper from lower case."""
        return str(self).casefold()

    @property
    def wire(self) -> str:
        """The address as RFC 5321, 4.1.2 writes it: an odd local part stands in quotes."""
        return _wired(self.local, self.domain)

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    def __repr__(self) -> str:
        # In one piece: in two, the log would not know it for an address and write it out.
        return f"EmailAddress({self})"


@lru_cache(maxsize=4096)  # asked several times for each mail
def _wired(local: str, domain: str) -> str:
    return f"{local}@{domain}" if _DOT_ATOM.fullmatch(local) else f'"{local}"@{domain}'


def names_a_person(address: EmailAddress) -> bool:
    """Whether the local part holds a person's full name: a surname and a given name, romanised.

    ``taro.yamada`` and ``yamadataro`` do, in either order and with figures or more parts. Not so:
    ``jinji`` and ``yamada.jinji`` (a role anywhere), ``yamada`` (may be a company), ``yamada.t``
    and ``tyamada`` (an initial), ``info+taro.yamada`` (behind the plus). Only names in
    :mod:`eventmail.names` are known, so False means "no full name recognised".
    """
    local = address.local.casefold().partition("+")[0]
    parts = [fold_romaji(part) for part in re.findall(r"[a-z]+", local)]
    if any(part in ROLE_WORDS for part in parts):
        return False
    if len(parts) == 1:
        return _is_run_together(*parts)
    return any(_is_full_name(*pair) for pair in pairwise(parts))


def _is_full_name(first: str, second: str) -> bool:
    western = first in GIVEN_NAMES and second in SURNAMES
    return western or (first in SURNAMES and second in GIVEN_NAMES)


def _is_run_together(word: str) -> bool:
    if word in SURNAMES:
        return False  # shinozaki is not Shin Ozaki
    return any(_is_full_name(word[:cut], word[cut:]) for cut in range(3, len(word) - 2))


def _error(code: str) -> AddressError:
    return AddressError(code, MESSAGES[code])


@lru_cache(maxsize=4096)  # parse() and __post_init__ ask the same question at once
def _checked(text: str) -> tuple[str, str]:
    return _plain(text) or _checked_in_full(text)


def _plain(text: str) -> tuple[str, str] | None:
    """The parts of the common kind of address, known at once; None says nothing about a text.

    A small part of what :func:`_checked_in_full` takes, for a roster has 100,000 of them.
    """
    found = _PLAIN.fullmatch(text)
    if found is None or len(text) > LONGEST or found.end("local") > LONGEST_LOCAL:
        return None
    domain = found["domain"].lower()
    is_special = f".{domain}".endswith(_SPECIAL_ENDS)
    if is_special or max(map(len, domain.split("."))) > _LONGEST_LABEL:
        return None
    return found["local"], domain


def _checked_in_full(text: str) -> tuple[str, str]:
    code = _fault_at_sight(text)
    if code:
        raise _error(code)
    local, written = text.split("@")
    if len(local) > LONGEST_LOCAL or len(text) > LONGEST:
        raise _error("too_long")
    if not local.isascii():
        raise _error("not_ascii")
    domain = _domain(text) or _domain(f"a@{written}")
    if not domain:
        raise _error("domain")
    if len(local) + 1 + len(domain) > LONGEST:
        raise _error("too_long")
    if not _domain(text) and not (_is_carrier(domain) and _CARRIER_LOCAL.fullmatch(local)):
        raise _error("local")
    return local, domain


def _fault_at_sight(text: str) -> str:
    if not text:
        return "empty"
    if text.count("@") > 1:
        return "several" if sum("@" in part for part in _BETWEEN.split(text)) > 1 else "many_at"
    categories = {unicodedata.category(c) for c in text if not c.isspace()}
    faults = {
        "hidden": bool(categories & _INVISIBLE),
        "mailto": text.casefold().startswith("mailto:"),
        "display_name": bool(categories & _BRACKETS or {"<", ">"} & set(text)),
        "space": any(c.isspace() for c in text),
        # "=?" begins an encoded word: a mail program would show what stands in it (RFC 2047).
        "forbidden": bool(_FORBIDDEN & set(text)) or "=?" in text,
        "no_at": "@" not in text,
    }
    return next((code for code, is_so in faults.items() if is_so), "")


@lru_cache(maxsize=1024)
def _domain(text: str) -> str:
    """The domain, in A-labels and lower case, of an address that is right; empty if it is not."""
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return ""
    return found.ascii_domain.lower()


def _is_carrier(domain: str) -> bool:
    return any(domain == each or domain.endswith(f".{each}") for each in CARRIERS)
