"""Mails as they come to a bounce mailbox, put together from the parts that differ."""

from __future__ import annotations

from dataclasses import dataclass

BOX = "bounce@hellowork.example.jp"
TO = "saiyo@minato-denki.example"
RETURNED = "20261126.abc@hellowork.example.jp"
ORIGINAL = f"""\
From: =?utf-8?B?44Oq44Ob44O844Or?= <event@hellowork.example.jp>
To: {TO}
Subject: =?utf-8?B?44GU5qGI5YaF?=
Message-ID: <{RETURNED}>

本文です。
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One mail, and what must be read from it: ``address action status class`` for each line."""

    raw: bytes
    kind: str
    told: tuple[str, ...] = ()


def mail(
    body: str,
    *,
    sender: str = "MAILER-DAEMON@mx.example.jp (Mail Delivery System)",
    subject: str = "Undelivered Mail Returned to Sender",
    charset: str = "utf-8",
    more: str = "",
) -> bytes:
    """A mail of one text."""
    head = (
        f"Return-Path: <>\nFrom: {sender}\nTo: {BOX}\nSubject: {subject}\n{more}"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n"
        "Content-Transfer-Encoding: 8bit\n\n"
    )
    return head.encode() + body.encode(charset)


def parts(
    *several: tuple[str, str],
    kind: str = "multipart/report; report-type=delivery-status",
    sender: str = "MAILER-DAEMON@mx.example.jp (Mail Delivery System)",
    subject: str = "Undelivered Mail Returned to Sender",
    more: str = "",
    charset: str = "utf-8",
) -> bytes:
    """A mail of several parts, each its type and its text."""
    head = (
        f"Return-Path: <>\nFrom: {sender}\nTo: {BOX}\nSubject: {subject}\n{more}"
        f'MIME-Version: 1.0\nContent-Type: {kind}; boundary="=_b"\n\n'
    )
    body = "".join(f"--=_b\nContent-Type: {name}\n\n{text}\n" for name, text in several)
    return (head + body + "--=_b--\n").encode(charset)


def report(
    fields: str,
    *,
    words: str = "This is the mail system.",
    reporting: str = "Reporting-MTA: dns; mx.example.jp",
    sender: str = "MAILER-DAEMON@mx.example.jp (Mail Delivery System)",
    subject: str = "Undelivered Mail Returned to Sender",
    more: str = "Auto-Submitted: auto-replied\n",
) -> bytes:
    """A delivery status notification (RFC 3464) with its three parts."""
    return parts(
        ("text/plain; charset=utf-8", words),
        ("message/delivery-status", f"{reporting}\n\n{fields}"),
        ("message/rfc822", ORIGINAL),
        sender=sender,
        subject=subject,
        more=more,
    )


def within(raw: bytes) -> str:
    """A mail of several parts, to be put in another."""
    return raw.decode().replace("=_b", "=_in")


def block(
    status: str, diagnostic: str = "", *, action: str = "failed", to: str = TO, more: str = ""
) -> str:
    """One recipient's fields of a report."""
    said = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return f"{more}Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n{said}"
