"""Judges received mails on their bytes alone, with the standard library's reader.

It shares no code with what makes and checks the mails, so that one mistake cannot hide in both.
"""

from __future__ import annotations

import email  # noqa: TID251
import email.policy  # noqa: TID251
import functools
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from email.message import EmailMessage  # noqa: TID251
from email.utils import getaddresses  # noqa: TID251
from typing import Protocol

_TELLTALE = re.compile(
    rb"^(?:b?cc|resent-[a-z-]*|apparently-to|delivered-to|x-[a-z-]*):", re.I | re.M
)

# A number and a signature, and nothing that could be somebody's name.
_RETURNS = re.compile(r"bounce\+[db][0-9]+-[a-z2-7]{20}@[a-z0-9.-]+")


class Mail(Protocol):
    @property
    def mail_from(self) -> str: ...
    @property
    def rcpt_to(self) -> tuple[str, ...]: ...
    @property
    def content(self) -> bytes: ...


def judge(
    mails: Sequence[Mail], shared: Iterable[str] = (), house: Iterable[str] = ()
) -> list[str]:
    """Every fault in ``mails``, seen together.

    ``shared`` are addresses that all may read, ``house`` the domains of the office's own staff
    besides the sender's.
    """
    reached = {_plain(each) for mail in mails for each in mail.rcpt_to}
    everyone = frozenset(reached - set(map(_plain, shared)))
    outside = {_plain(each) for mail in mails if not _is_notice(mail) for each in mail.rcpt_to}
    found = [
        f"mail {number}: {fault}"
        for number, mail in enumerate(mails, 1)
        for fault in (*_faults(mail, everyone), *_faults_of_notice(mail, outside, set(house)))
    ]
    return [*found, *_faults_of_links(mails)]


def _faults_of_links(mails: Sequence[Mail]) -> Iterator[str]:
    """A link to stop mails is its one recipient's own, https, and says nothing of anybody."""
    owners: dict[str, set[str]] = {}
    for number, mail in enumerate(mails, 1):
        block = re.sub(rb"\r\n[ \t]+", b" ", mail.content.partition(b"\r\n\r\n")[0])
        links = re.findall(rb"^list-unsubscribe:[ ]*(.*?)\r?$", block, re.I | re.M)
        posts = re.findall(rb"^list-unsubscribe-post:[ ]*(.*?)\r?$", block, re.I | re.M)
        if not links and not posts:
            continue
        if len(links) != 1 or posts != [b"List-Unsubscribe=One-Click"]:
            yield f"mail {number}: half a link to stop mails"
        if any(not re.fullmatch(rb"<https://[A-Za-z0-9./:_-]+>", each) for each in links):
            yield f"mail {number}: a link to stop mails that is no plain https address"
        if len(mail.rcpt_to) != 1:
            yield f"mail {number}: one link to stop mails for several"
        for each in links:
            owners.setdefault(each.decode("latin-1"), set()).update(map(_plain, mail.rcpt_to))
    yield from ("one link to stop mails for several" for each in owners.values() if len(each) > 1)


def _is_notice(mail: Mail) -> bool:
    """Whether the service wrote it by itself (RFC 3834)."""
    block = mail.content.partition(b"\r\n\r\n")[0]
    return re.search(rb"^auto-submitted:", block, re.I | re.M) is not None


def _faults_of_notice(mail: Mail, outside: set[str], house: set[str]) -> Iterator[str]:
    """A notice goes to one of the office's own people, alone, and carries nothing."""
    if not _is_notice(mail):
        return
    sender = _plain(mail.mail_from)
    recipients = {_plain(each) for each in mail.rcpt_to}
    if len(mail.rcpt_to) != 1:
        yield "a notice to several at once"
    if any(_domain(each) not in house | {_domain(sender)} for each in recipients):
        yield "a notice that leaves the office"
    if recipients & outside - {sender}:
        yield "a notice to somebody who gets letters"
    parsed = email.message_from_bytes(mail.content, policy=email.policy.default)
    if any(part.get_filename() or part.is_multipart() for part in parsed.walk()):
        yield "a notice with more than its text"


def _faults(mail: Mail, everyone: frozenset[str]) -> Iterator[str]:
    parsed = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    block = mail.content.partition(b"\r\n\r\n")[0]
    recipients = {_plain(each) for each in mail.rcpt_to}
    sender = _sender(mail, parsed)
    office = {each for each in _addresses(parsed, "Reply-To") if _domain(each) == _domain(sender)}
    if _addresses(parsed, "From") != {sender}:
        yield "From is not the envelope's sender"
    if _TELLTALE.search(block):
        yield "a header that could show recipients"
    if len(parsed.get_all("To", [])) != 1 or len(_addresses(parsed, "To")) != 1:
        yield "not exactly one To"
    alone = recipients if len(recipients) == 1 else set()
    if not _addresses(parsed, "To") <= alone | {sender}:
        yield "To is neither the one recipient nor the office"
    strangers = everyone - alone - office - {sender}
    for place, shown in _shown_in(parsed, block, everyone):
        if shown & strangers:
            yield f"another recipient's address in {place}"


def _sender(mail: Mail, parsed: EmailMessage) -> str:
    """The envelope's sender; where that is one delivery's alone, the office for which it stands."""
    sender, written = _plain(mail.mail_from), _addresses(parsed, "From")
    stands_for = _RETURNS.fullmatch(sender) and {_domain(each) for each in written} == {
        _domain(sender)
    }
    return written.pop() if stands_for and len(written) == 1 else sender


def _addresses(parsed: EmailMessage, name: str) -> set[str]:
    values = [str(value) for value in parsed.get_all(name, [])]
    return {_plain(address) for _, address in getaddresses(values)}


def _shown_in(
    parsed: EmailMessage, block: bytes, everyone: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Each place of a mail, and whose addresses stand there."""
    yield "a raw header", _shown(everyone, block.decode("latin-1").lower())
    for name, value in parsed.items():
        yield f"header {name}", _shown(everyone, str(value).lower())
    for part in parsed.walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            yield "a file name", _shown(everyone, (part.get_filename() or "").lower())
            yield f"part {part.get_content_type()}", _shown_within(everyone, content)


@functools.lru_cache(maxsize=64)  # many mails carry the same attachment
def _shown_within(everyone: frozenset[str], content: bytes) -> frozenset[str]:
    shown = (_shown(everyone, text.lower()) for text in _decodings(content))
    return frozenset().union(*shown)


def _decodings(content: bytes) -> Iterator[str]:
    yield content.decode("utf-8", "replace")
    yield content.replace(b"\0", b"").decode("latin-1")
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from _decodings(archive.read(name))


def _shown(everyone: Iterable[str], text: str) -> frozenset[str]:
    return frozenset(each for each in everyone if each in text and _stands_alone(each, text))


def _stands_alone(address: str, text: str) -> bool:
    return re.search(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", text) is not None


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _plain(address: str) -> str:
    return address.strip().strip("<>").replace('"', "").lower()
