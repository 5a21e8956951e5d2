"""Notices of mail systems that do not write the standard's report."""

from __future__ import annotations

from tests.bounces.mails import ORIGINAL, TO, Case, mail, parts

AU, DOCOMO, SOFTBANK = "taro@ezweb.ne.jp", "taro@docomo.ne.jp", "taro@softbank.ne.jp"
NOTICES: dict[str, Case] = {
    "qmail": Case(
        mail(
            "Hi. This is the qmail-send program at mx.example.jp.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            f"<{TO}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
            f"--- Below this line is a copy of the message.\n\n{ORIGINAL}",
            subject="failure notice",
        ),
        "bounce",
        (f"{TO} failed 5.1.1 hard",),
    ),
    "qmail: two people": Case(
        mail(
            "Hi. This is the qmail-send program at mx.example.jp.\n\n"
            f"<{TO}>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 User unknown\n"
            "Giving up on 192.0.2.1.\n\n"
            "<jinji@sakura.example>:\nRemote host said: 552 disk quota exceeded\n\n"
            f"--- Below this line is a copy of the message.\n\n{ORIGINAL}",
            subject="failure notice",
        ),
        "bounce",
        (f"{TO} failed hard", "jinji@sakura.example failed soft"),
    ),
    "Exim: by a header": Case(
        mail(
            "This message was created automatically by mail delivery software.\n\n"
            "A message that you sent could not be delivered to one or more of its\n"
            "recipients. This is a permanent error. The following address(es) failed:\n\n"
            f"  {TO}\n    SMTP error from remote mail server after RCPT TO:<{TO}>:\n"
            "    host mx [192.0.2.1]: 550 5.1.1 unknown or illegal alias\n\n"
            "------ This is a copy of the message, including all the headers. ------\n\n"
            f"{ORIGINAL}",
            sender="Mail Delivery System <Mailer-Daemon@mx.example.jp>",
            subject="Mail delivery failed: returning message to sender",
            more=f"X-Failed-Recipients: {TO}\nAuto-Submitted: auto-replied\n",
        ),
        "bounce",
        (f"{TO} failed 5.1.1 hard",),
    ),
    "Exim: delayed": Case(
        mail(
            "This message was created automatically by mail delivery software.\n"
            "A message that you sent has not yet been delivered to one or more of its\n"
            f"recipients after more than 24 hours on the queue.\n\n  {TO}\n\n"
            "No action is required on your part. Delivery attempts will continue\n",
            subject="Warning: message 1abc delayed 24 hours",
            sender="Mail Delivery System <Mailer-Daemon@mx.example.jp>",
        ),
        "bounce",
        (f"{TO} delayed soft",),
    ),
    "sendmail without a report": Case(
        mail(
            "The original message was received at Thu, 26 Nov 2026 10:00:00 +0900\n\n"
            f"   ----- The following addresses had permanent fatal errors -----\n<{TO}>\n\n"
            "   ----- Transcript of session follows -----\n... while talking to mx.example.:\n"
            f">>> RCPT To:<{TO}>\n<<< 550 5.1.1 <{TO}>... User unknown\n"
            f"550 {TO}... User unknown\n\n   ----- Original message follows -----\n\n{ORIGINAL}",
            subject="Returned mail: User unknown",
        ),
        "bounce",
        (f"{TO} failed 5.1.1 hard",),
    ),
    "Postfix without a report": Case(
        mail(
            "This is the Postfix program at host mx.example.jp.\n\nI'm sorry to have to inform "
            f"you that the message returned\nbelow could not be delivered.\n\n<{TO}>: host mx said:"
            " 554 5.7.1 Relay access denied\n"
        ),
        "bounce",
        (f"{TO} failed 5.7.1 policy",),
    ),
    "Exchange 5.5": Case(
        mail(
            "Your message\n\n  To:      saiyo@elsewhere.example\n  Subject: Annai\n"
            "did not reach the following recipient(s):\n\n"
            f"{TO} on Thu, 26 Nov 2026 10:00:00 +0900\n"
            "    The recipient name is not recognized\n    MSEXCH:IMS:MINATO:NEKO 0 (000C05A6)\n",
            sender="System Administrator <postmaster@minato.example>",
            subject="Undeliverable: Annai",
        ),
        "bounce",
        (f"{TO} failed hard",),
    ),
    "Exchange Online, as a page in Japanese": Case(
        parts(
            (
                "text/html; charset=utf-8",
                "<html><body><p>次の受信者またはグループへの配信に失敗しました:</p>"
                f'<p><a href="mailto:{TO}">{TO}</a><br>入力したメール アドレスが見つかりません'
                "でした。</p><p>550 5.1.10 RESOLVER.ADR.RecipientNotFound</p></body></html>",
            ),
            kind="multipart/mixed",
            sender="postmaster@minato.example",
            subject="=?utf-8?B?6YWN5L+h5LiN6IO9OiDjgZTmoYjlhoU=?=",
        ),
        "bounce",
        (f"{TO} failed 5.1.10 hard",),
    ),
    "Gmail, before it wrote reports": Case(
        mail(
            f"Delivery to the following recipient failed permanently:\n\n     {TO}\n\n"
            "Technical details of permanent failure:\nDNS Error: Domain name not found\n\n"
            f"----- Original message -----\n\n{ORIGINAL}",
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject="Delivery Status Notification (Failure)",
        ),
        "bounce",
        (f"{TO} failed hard",),
    ),
    "Gmail in a sentence": Case(
        mail(
            f"** Address not found **\n\nYour message wasn't delivered to {TO} because the address "
            "couldn't be found.\n",
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject="Delivery Status Notification (Failure)",
        ),
        "bounce",
        (f"{TO} failed hard",),
    ),
    "Yahoo! JAPAN": Case(
        mail(
            "Message from  yahoo.co.jp.\nUnable to deliver message to the following address(es)."
            "\n\n<kiku@yahoo.co.jp>:\nThis user doesn't have a yahoo.co.jp account "
            "(kiku@yahoo.co.jp) [-5]\n\n--- Original message follows.\n\n" + ORIGINAL,
            sender="MAILER-DAEMON@yahoo.co.jp",
            subject="failure delivery",
        ),
        "bounce",
        ("kiku@yahoo.co.jp failed hard",),
    ),
    "Yahoo! JAPAN: mailbox full": Case(
        mail(
            "Message from  yahoo.co.jp.\nUnable to deliver message to the following address(es)."
            "\n\n<kiku@yahoo.co.jp>:\nSorry, your message to kiku@yahoo.co.jp cannot be delivered."
            "  This account is over quota.\n\n--- Original message follows.\n",
            sender="MAILER-DAEMON@yahoo.co.jp",
            subject="failure delivery",
        ),
        "bounce",
        ("kiku@yahoo.co.jp failed soft",),
    ),
    "au: no such address, in 7-bit Japanese": Case(
        mail(
            "次のあて先へのメッセージはエラーのため送信できませんでした。\n\n"
            "送信先メールアドレスが見つかりませんでした。\n\nThe user(s) account is disabled.\n\n"
            f"<{AU}>\n",
            sender="Postmaster@ezweb.ne.jp",
            subject="Mail System Error - Returned Mail",
            charset="iso-2022-jp",
        ),
        "bounce",
        (f"{AU} failed hard",),
    ),
    "au: the address stands above the sentence": Case(
        mail(
            f"\n<{AU}>\n\nEach of the following recipients was rejected by a remote mail server.\n"
            f"---------------------------------------------------\nReceived: from x\n{ORIGINAL}",
            sender="Postmaster@ezweb.ne.jp",
            subject="Mail System Error - Returned Mail",
        ),
        "bounce",
        (f"{AU} failed unknown",),
    ),
    "au one net: mailbox full, from a sender without a name": Case(
        parts(
            (
                "text/plain; charset=utf-8",
                "Your mail sent on: Thu, 26 Nov 2026 10:00:00 +0900\n     Could not be delivered "
                "to: <taro@x.dion.ne.jp>\n     As their mailbox is full.\n",
            ),
            ("message/rfc822", ORIGINAL),
            kind="multipart/mixed",
            sender="no-reply@app.auone-net.jp",
            subject="Mail",
        ),
        "bounce",
        ("taro@x.dion.ne.jp failed soft",),
    ),
    "docomo, in Shift JIS": Case(
        mail(
            f"以下のあて先へメールを送信できませんでした。\n\n{DOCOMO}\n"
            f"550 Unknown user {DOCOMO}\n",
            sender="mail-daemon@docomo.ne.jp",
            subject="=?shift_jis?B?g4GBW4OLkZeQTYNHg4mBWw==?=",
            charset="cp932",
        ),
        "bounce",
        (f"{DOCOMO} failed hard",),
    ),
    "SoftBank: mailbox full": Case(
        mail(
            "下記の宛先にメールをお届けできませんでした。\n\n"
            f"宛先：{SOFTBANK}\n理由：受信箱の容量が一杯です。\n",
            sender="MAILER-DAEMON@softbank.ne.jp",
            subject="=?utf-8?B?44Oh44O844Or44GM5bGK44GR44KJ44KM44G+44Gb44KT?=",
        ),
        "bounce",
        (f"{SOFTBANK} failed soft",),
    ),
    "DragonFly: the address in the middle of a sentence": Case(
        mail(
            "This is the DragonFly Mail Agent v0.13 at df.example.jp.\n\n"
            f"There was an error delivering your mail to <{TO}>.\n\n"
            "mx [192.0.2.25] did not like our RCPT TO:\n552 5.2.2 Mailbox full.\n",
            sender="MAILER-DAEMON <>",
            subject="Mail delivery failed",
        ),
        "bounce",
        (f"{TO} failed 5.2.2 soft",),
    ),
    "only the second parser knows this one": Case(
        mail(
            f"--> Error description:\nError-for:    {TO}\nError-Code:   550 5.1.1\nError-text:   "
            "User unknown\nError-End: one error reported.\n",
            sender="LSMTP for Windows NT <postmaster@x.example>",
            subject="Delivery error report",
        ),
        "bounce",
        (f"{TO} failed 5.1.1 hard",),
    ),
    "a bounce that names nobody": Case(mail("Something went wrong.\n"), "bounce"),
}
