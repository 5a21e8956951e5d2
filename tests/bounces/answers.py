"""Answers: of programs, and of people."""

from __future__ import annotations

from tests.bounces.mails import RETURNED, TO, Case, mail, parts, within
from tests.bounces.reports import DSN

PERSON = f"山本 <{TO}>"


def answer(subject: str, body: str = "よろしくお願いします。\n", more: str = "") -> bytes:
    return mail(body, sender=PERSON, subject=subject, more=more)


PROGRAMS: dict[str, Case] = {
    name: Case(raw, "auto_reply")
    for name, raw in {
        "RFC 3834": answer("Re: ご案内", more="Auto-Submitted: auto-replied\n"),
        "Auto-Submitted with a parameter": answer("x", more="Auto-Submitted: auto-replied (v)\n"),
        "generated": answer("x", more="Auto-Submitted: auto-generated\n"),
        "X-Autoreply": answer("Re: ご案内", more="X-Autoreply: yes\n"),
        "Precedence: auto_reply": answer("Re: ご案内", more="Precedence: auto_reply\n"),
        "vacation(1)": answer("away from my mail", more="Precedence: bulk\n"),
        "自動返信": answer("自動返信：ご案内"),
        "【自動返信】": answer("【自動返信】お問い合わせありがとうございます"),
        "behind the subject": answer("Re: ご案内（自動返信）"),
        "不在": answer("不在のお知らせ"),
        "不在通知, encoded": answer("=?iso-2022-jp?B?GyRCSVQ6X0RMQ04bKEI=?="),
        "夏季休業": answer("夏季休業のお知らせ"),
        "Outlook": answer("Automatic reply: ご案内"),
        "out of office": answer("Out of Office Re: ご案内"),
        "only its text says so": answer(
            "Re: ご案内", "お問い合わせありがとうございます。\nこのメールは自動返信です。\n"
        ),
        "challenge": answer("Please confirm your message"),
        "vacation that quotes a bounce": answer(
            "自動返信: Undelivered Mail", f"<{TO}>: 550 5.1.1 User unknown\n"
        ),
        "from a postmaster, out of office": mail(
            f"Unable to deliver message to the following address.\n<{TO}>: away\n",
            sender="postmaster@minato.example",
            subject="不在通知",
        ),
        "read receipt": parts(
            ("text/plain", "Your message was read."),
            ("message/disposition-notification", f"Final-Recipient: rfc822;{TO}\n"),
            kind="multipart/report; report-type=disposition-notification",
            sender=PERSON,
            subject="Read: Annai",
        ),
        "a mail system that says something else": mail("Quota: 80%\n", subject="Notice"),
    }.items()
}
PEOPLE: dict[str, Case] = {
    name: Case(raw.replace(b"Return-Path: <>", f"Return-Path: <{TO}>".encode()), "other")
    for name, raw in {
        "an ordinary answer": answer("Re: ご案内", more=f"In-Reply-To: <{RETURNED}>\n"),
        "Auto-Submitted: no": answer("Re: ご案内", more="Auto-Submitted: no\n"),
        "talks of somebody's absence": answer("Re: 山田が不在のため代わりにお返事します"),
        "answers a bounce": answer("Re: Undelivered Mail Returned to Sender", "なぜですか\n"),
        "quotes our sentence": answer(
            "Re: ご案内", "届きました。\n\n> このメールは自動で送信しています。\n"
        ),
        "forwards a bounce in the text": answer(
            "Fwd: Returned mail", f"届きませんでした。\n\n<{TO}>: 550 5.1.1 User unknown\n"
        ),
        "forwards a bounce as an attachment": parts(
            ("text/plain; charset=utf-8", "これは何ですか"),
            ("message/rfc822", within(DSN)),
            kind="multipart/mixed",
            sender=PERSON,
            subject="Fwd: mail",
        ),
        "nothing in it": b"\n",
        "without a subject": answer(""),
    }.items()
}
