"""Reads one mail: the standard's report first, then the known notices, then who else wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from eventmail.bounces.reading import forms, judging, replies, second, status
from eventmail.bounces.reading.parsing import Mail, Part, parse
from eventmail.bounces.reading.report import Class, Kind, Recipient, Report, Told

# Where a mail system writes for whom the mail was, the surest first.
ENVELOPE = ("x-original-to", "envelope-to", "x-envelope-to", "delivered-to", "to")
MESSAGE_ID = re.compile(r"^[> ]{0,4}message-id:\s{0,10}<([^<>\s]{3,250})>", re.I | re.M)
BARE_ID = re.compile(r"<([^<>\s]{3,250})>")
MOST = 20


def read_here(raw: bytes) -> Report:
    """What the mail says, read in this process: only for mails that one trusts, and in tests."""
    mail = parse(raw)
    machine = replies.from_system(mail.root)
    told = status.told(mail.root, into_mails=machine) or (_in_words(mail) if machine else ())
    recipients = tuple(judging.judged(each) for each in _better(mail.root, told))
    kind = _kind(mail.root, told)
    shown = recipients if kind is Kind.BOUNCE or told else ()
    own = BARE_ID.search(mail.root.get("message-id"))
    return Report(
        kind,
        shown,
        tuple(_sent_to(mail.root)),
        tuple(_returned_ids(mail.root)),
        message_id=own[1] if own else "",
    )


def _in_words(mail: Mail) -> tuple[Told, ...]:
    if replies.SUBJECT.search(mail.root.get("subject")[:300]):
        return ()
    loose = status.loose("\n\n".join(forms.texts(mail.root))[: 64 * 1024])
    if loose:
        return loose
    found = forms.told(mail.root)
    if not found and (replies.by_system(mail.root) or replies.says_failure(mail.root)):
        found = second.told(mail, forms.words(mail.root)) or forms.anywhere(mail.root)
    return _not_ours(mail, found)


def _not_ours(mail: Mail, told: tuple[Told, ...]) -> tuple[Told, ...]:
    """Without the mailbox that the notice itself went to."""
    own = {each.casefold() for each in _sent_to(mail.root)}
    return tuple(each for each in told if each.address.casefold() not in own) or told


def _better(root: Part, told: tuple[Told, ...]) -> tuple[Told, ...]:
    """With the words of the notice, where the report's fields alone say nothing of the reason."""
    if all(_is_clear(each) for each in told):
        return told
    words = {each.address.casefold(): each.diagnostic for each in forms.told(root)}
    return tuple(
        each if _is_clear(each) else _with(each, words.get(each.address.casefold(), ""))
        for each in told
    )


def _is_clear(told: Told) -> bool:
    return told.action != status.FAILED or judging.judged(told).kind is not Class.UNKNOWN


def _with(told: Told, words: str) -> Told:
    more = f"{told.diagnostic} {words}".strip()[: status.LONGEST]
    return Told(told.address, told.action, told.status, more)


def _kind(root: Part, told: tuple[Told, ...]) -> Kind:
    if any(each.action in (status.FAILED, status.DELAYED) for each in told):
        return Kind.BOUNCE
    if told:
        return Kind.AUTO_REPLY  # "it arrived": nobody wrote it, and nothing is to be done
    if replies.SUBJECT.search(root.get("subject")[:300]):
        return Kind.AUTO_REPLY
    if replies.from_system(root) and replies.says_failure(root):
        return Kind.BOUNCE
    written_by_none = replies.automatic(root) or replies.by_system(root)
    return Kind.AUTO_REPLY if written_by_none else Kind.OTHER


def _sent_to(root: Part) -> Iterator[str]:
    values = (value for name in ENVELOPE for value in root.all(name)[:5])
    found = (each for value in values for each in status.ADDRESS.findall(value))
    return iter(list(dict.fromkeys(found))[:MOST])


def _returned_ids(root: Part) -> Iterator[str]:
    """The Message-ID of what came back, and of what an automatic reply answers."""
    found: list[str] = []
    for part in list(root.walk())[1:]:
        for value in part.all("message-id"):
            found += BARE_ID.findall(value)
    for text in (part.text for part in root.walk() if part.text):
        found += MESSAGE_ID.findall(text)
    for name in ("in-reply-to", "references"):
        found += BARE_ID.findall(root.get(name))
    return iter(list(dict.fromkeys(found))[:MOST])


def in_child(raw: bytes) -> dict[str, Any]:
    """For :func:`eventmail.confined.call`."""
    report = read_here(raw)
    return {
        **report.as_json(),
        "sent_to": report.sent_to,
        "returned_ids": report.returned_ids,
        "message_id": report.message_id,
    }


def from_child(answer: dict[str, Any]) -> Report:
    """The report again."""
    return Report(
        Kind(answer["kind"]),
        tuple(
            Recipient(
                each["address"],
                each["action"],
                each["status"],
                Class(each["class"]),
                each["reason"],
            )
            for each in answer["recipients"]
        ),
        tuple(answer["sent_to"]),
        tuple(answer["returned_ids"]),
        message_id=answer["message_id"],
    )
