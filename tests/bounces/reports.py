"""Delivery status notifications (RFC 3464), as servers really write them."""

from __future__ import annotations

import base64

from tests.bounces.mails import ORIGINAL, TO, Case, block, mail, parts, report, within

OTHER = "jinji@sakura.example"
FORWARDED = "tanaka@partner.example"
FIELDS = f"Reporting-MTA: dns; mx.example.jp\n\n{block('5.1.1', '550 5.1.1 User unknown')}"
DSN = report(block("5.1.1", f"550 5.1.1 <{TO}>: User unknown"))
JIS_WORDS = "あて先が見つかりません。".encode("iso2022_jp").decode("ascii")

HARD, SOFT = f"{TO} failed 5.1.1 hard", f"{TO} failed {{}} soft"
REPORTS: dict[str, Case] = {
    "Postfix: user unknown": Case(
        report(
            block("5.1.1", f"550 5.1.1 <{TO}>: Recipient address rejected:\n    User unknown"),
            words=f"<{TO}>: host mx.minato-denki.example[192.0.2.1] said: 550 5.1.1",
        ),
        "bounce",
        (HARD,),
    ),
    "Postfix: host not found": Case(
        report(
            f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: 5.4.4\nDiagnostic-Code: "
            "X-Postfix; Host or domain name not found. Name service error\n    for name=x type=A: "
            "Host not found\n"
        ),
        "bounce",
        (f"{TO} failed 5.4.4 hard",),
    ),
    "Postfix: given up after days without a connection": Case(
        report(block("4.4.1", "connect to mx[192.0.2.1]:25: Connection timed out")),
        "bounce",
        (f"{TO} failed 4.4.1 soft",),
    ),
    "Postfix: delayed": Case(
        report(
            block("4.4.1", "Connection timed out", action="delayed"),
            subject="Delayed Mail (still being retried)",
        ),
        "bounce",
        (f"{TO} delayed 4.4.1 soft",),
    ),
    "sendmail: mailbox full": Case(
        report(
            block("5.2.2", "552 5.2.2 Over quota"),
            sender="Mail Delivery Subsystem <MAILER-DAEMON@mx.example.jp>",
            subject="Returned mail: see transcript for details",
        ),
        "bounce",
        (f"{TO} failed 5.2.2 soft",),
    ),
    "two people, each with a fate of his own": Case(
        report(
            f"{block('5.1.1', '550 5.1.1 User unknown')}\n"
            f"{block('4.2.2', '452 4.2.2 Mailbox full', to=OTHER)}"
        ),
        "bounce",
        (HARD, f"{OTHER} failed 4.2.2 soft"),
    ),
    "Gmail: no such account": Case(
        report(
            block(
                "5.1.1",
                "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
                " 550-5.1.1 double-checking the recipient's email address for typos",
            ),
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject="Delivery Status Notification (Failure)",
        ),
        "bounce",
        (HARD,),
    ),
    "Gmail: mail of unproven origin": Case(
        report(
            block("5.7.26", "550-5.7.26 Your email has been blocked because the sender is\n"
                  " 550-5.7.26 unauthenticated. Gmail requires SPF or DKIM")
        ),
        "bounce",
        (f"{TO} failed 5.7.26 policy",),
    ),
    "Gmail: too much mail for this person": Case(
        report(
            block("5.2.1", "550-5.2.1 The user you are trying to contact is receiving mail at a\n"
                  " rate that prevents additional messages from being delivered")
        ),
        "bounce",
        (f"{TO} failed 5.2.1 soft",),
    ),
    "Exchange Online: unknown people get an access denied": Case(
        report(
            block("5.4.1", f"550 5.4.1 [{TO}]: Recipient address rejected:\n   Access denied."
                  " AS(201806281)"),
            sender="postmaster@outlook.example",
            subject="=?utf-8?B?6YWN5L+h5LiN6IO9OiDjgZTmoYjlhoU=?=",
        ),
        "bounce",
        (f"{TO} failed 5.4.1 hard",),
    ),
    "Exchange: not found in the directory": Case(
        report(
            block("5.1.1", "#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##"),
            sender="Microsoft Exchange <MicrosoftExchange329e71ec88ae4615@minato.example>",
            subject="Undeliverable: ご案内",
        ),
        "bounce",
        (HARD,),
    ),
    "Exim: refused as spam, in a report": Case(
        report(
            block("5.0.0", "550 This message was classified as SPAM and may not be delivered"),
            more="X-Failed-Recipients: saiyo@minato-denki.example\nAuto-Submitted: auto-replied\n",
        ),
        "bounce",
        (f"{TO} failed 5.0.0 policy",),
    ),
    "on a block list": Case(
        report(block("5.7.1", "554 5.7.1 Service unavailable; Client host blocked using Spamhaus")),
        "bounce",
        (f"{TO} failed 5.7.1 policy",),
    ),
    "a list of blocked senders under the code of an unknown mailbox": Case(
        report(block("5.1.1", "550 5.1.1 IP address blacklisted by recipient")),
        "bounce",
        (f"{TO} failed 5.1.1 policy",),
    ),
    "the name of an address says nothing of the reason": Case(
        report(block("5.0.0", "550 <quota-exceeded@minato.example>: no", to="spam@minato.example")),
        "bounce",
        ("spam@minato.example failed 5.0.0 unknown",),
    ),
    "sender's domain refused": Case(
        report(block("5.1.8", "553 5.1.8 Domain of sender address does not exist")),
        "bounce",
        (f"{TO} failed 5.1.8 policy",),
    ),
    "too big": Case(
        report(block("5.3.4", "552 5.3.4 Message size exceeds fixed limit")),
        "bounce",
        (f"{TO} failed 5.3.4 soft",),
    ),
    "docomo: unknown user, or not among the chosen senders": Case(
        report(block("5.2.0", "550 Unknown user taro@docomo.ne.jp", to="taro@docomo.ne.jp")),
        "bounce",
        ("taro@docomo.ne.jp failed 5.2.0 hard",),
    ),
    "SoftBank: invalid recipient": Case(
        report(block("5.0.0", "550 Invalid recipient: <x@softbank.ne.jp>", to="x@softbank.ne.jp")),
        "bounce",
        ("x@softbank.ne.jp failed 5.0.0 hard",),
    ),
    "SoftBank: server and recipient in one block, and no reason": Case(
        parts(
            ("text/plain; charset=iso-2022-jp", JIS_WORDS),
            (
                "message/delivery-status",
                "Reporting-MTA:DNS;MAILER-DAEMON@softbank.ne.jp\n"
                "Final-Recipient:rfc822;x@softbank.ne.jp\nAction:failed\nStatus:5.2.0\n",
            ),
            sender="MAILER-DAEMON@softbank.ne.jp",
            subject="Non Delivery Notification",
        ),
        "bounce",
        ("x@softbank.ne.jp failed 5.2.0 unknown",),
    ),
    "au: user unknown": Case(
        report(block("5.0.0", "550 <x@ezweb.ne.jp>: User unknown", to="x@ezweb.ne.jp")),
        "bounce",
        ("x@ezweb.ne.jp failed 5.0.0 hard",),
    ),
    "no reason at all": Case(
        report(block("5.0.0")), "bounce", (f"{TO} failed 5.0.0 unknown",)
    ),
    "the reason stands only in the notice": Case(
        report(
            block("5.0.0"),
            words=f"I was unable to deliver your message to the following address.\n\n<{TO}>:\n"
            "Remote host said: 550 sorry, no mailbox here by that name\n",
        ),
        "bounce",
        (f"{TO} failed 5.0.0 hard",),
    ),
    "behind a forwarding: the address that we wrote to": Case(
        report(
            block("5.1.1", "550 5.1.1 User unknown", to=FORWARDED,
                  more=f"Original-Recipient: rfc822; {TO}\n")
        ),
        "bounce",
        (HARD,),
    ),
    "no status field, the code stands in the diagnosis": Case(
        report(f"Final-Recipient: rfc822;{TO}\nAction: failed\n"
               "Diagnostic-Code: smtp; 550 5.1.1 no such user\n"),
        "bounce",
        (HARD,),
    ),
    "an action with a comment, a recipient in brackets": Case(
        report(f"Final-Recipient: rfc822; <{TO}>\nAction: Failed (permanent)\nStatus: 5.1.1\n"),
        "bounce",
        (HARD,),
    ),
    "OpenSMTPD says error": Case(report(block("5.1.1", action="error")), "bounce", (HARD,)),
    "a status that was encoded": Case(
        parts(
            ("text/plain", "notice"),
            (
                "message/delivery-status\nContent-Transfer-Encoding: base64",
                base64.b64encode(FIELDS.encode()).decode(),
            ),
        ),
        "bounce",
        (HARD,),
    ),
    "a notice in 7-bit Japanese": Case(
        parts(
            ("text/plain; charset=iso-2022-jp", JIS_WORDS),
            ("message/delivery-status", FIELDS),
            ("text/rfc822-headers", ORIGINAL),
        ),
        "bounce",
        (HARD,),
    ),
    "a charset that nobody knows": Case(
        parts(
            ("text/plain; charset=x-unknown-ms932", "届きませんでした"),
            ('message/delivery-status; charset="??"', FIELDS),
        ),
        "bounce",
        (HARD,),
    ),
    "a gateway put a footer around the report": Case(
        parts(
            ("multipart/report; report-type=delivery-status; boundary=in",
             f"--in\nContent-Type: text/plain\n\nwords\n--in\nContent-Type: "
             f"message/delivery-status\n\n{FIELDS}\n--in--"),
            ("text/plain", "-- checked by the gateway"),
            kind="multipart/mixed",
        ),
        "bounce",
        (HARD,),
    ),
    "a mail system passes a report on whole": Case(
        parts(
            ("text/plain", "Undeliverable report attached"),
            ("message/rfc822", within(DSN)),
            kind="multipart/mixed",
        ),
        "bounce",
        (HARD,),
    ),
    "a report about a returned report: the outer one counts": Case(
        parts(
            ("text/plain", "words"),
            ("message/delivery-status", f"Reporting-MTA: dns; a\n\n{block('5.2.2', to=OTHER)}"),
            ("message/rfc822", within(DSN)),
        ),
        "bounce",
        (f"{OTHER} failed 5.2.2 soft",),
    ),
    "the fields alone, in a plain text": Case(
        mail(f"Your message was not delivered.\n\n{block('5.1.1', '550 5.1.1 User unknown')}"),
        "bounce",
        (HARD,),
    ),
    "it arrived": Case(
        report(block("2.0.0", action="delivered"), subject="Successful Mail Delivery Report"),
        "auto_reply",
        (f"{TO} delivered 2.0.0 unknown",),
    ),
}  # fmt: skip
