"""Bounces that are no delivery status notification: a notice in words, then the returned mail.

qmail, Exim, sendmail, Postfix, Exchange, Gmail, Yahoo! JAPAN, docomo, au and SoftBank all write a
sentence that is always the same, the addresses at the beginning of a line, and the server's words
behind or below each. So one table of first and last lines reads them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from eventmail.bounces.reading.parsing import Part
from eventmail.bounces.reading.report import Told
from eventmail.bounces.reading.status import ADDRESS, DELAYED, FAILED, LONGEST, MOST
from eventmail.wire.troubles import ENHANCED

OPENERS = (
    # qmail (QSBMF), also Yahoo!'s and many providers' own
    r"hi\. this is the\b",
    r"this is the (mail delivery agent|qmail|mail system|deliver program) ",
    r"i('m afraid i| )w(asn't|as not) able to deliver your message",
    r"message from \S+\.\s*$",
    r"unable to deliver (the |your )?message to the following address",
    # Exim
    r"this message was created automatically by mail delivery software",
    r"a message that you (have )?sent "
    r"(could not be|has not yet been|was rejected|to the following)",
    # Postfix
    r"i'm sorry to have to inform you",
    r"this is the (postfix|\S+ postfix|mail delivery) (program|system)",
    r"your message could not be delivered to one or more recipients",
    # sendmail
    r"-+ ?the following addresses (had|has) ",
    r"-+ ?transcript of session follows",
    # Gmail
    r"delivery to the following recipients? (failed|has been delayed|was aborted)",
    r"(your )?message (wasn't delivered|not delivered|blocked|to .{3,250} has been blocked)",
    r"(address not found|message not delivered|delivery incomplete|recipient inbox full)",
    # Exchange
    r"did not reach the following recipient",
    r"your message did not reach some or all of the intended recipients",
    r"delivery has failed to these recipients",
    r"could not be delivered to the following recipient",
    r"次の受信者またはグループへの配信に失敗しました",
    r"次の受信者にメッセージを配信できませんでした",
    # au, docomo, SoftBank and other Japanese providers
    r"the user\(s\) account is (disabled|temporarily limited)",
    r"each of the following recipients was rejected",
    r"the following recipients did not receive",
    r"your mail sent on:",
    r"could not be delivered to:",
    r"(次|つぎ|以下|下記)の(あて先|宛先|アドレス|メールアドレス|送信先|受信者)",
    r"(この|次の)?あて先へのメッセージはエラーのため",
    r"(送信|配信|配送)(先|すること)?(が)?(でき|に失敗|エラー)",
    r"メール(を|が)(送信|配信|お届け|送信先に届ける|届け)",
    r"指定された?メールアドレス",
    # the rest
    r"an error has occurred while attempting to deliver",
    r"there was an error delivering your mail",
    r"error message below|invalid user address|failure reasons",
    r"(un)?deliverable (mail|message)|undelivered|returned to sender",
    r"(failed|invalid|unknown) (recipients?|address(es)?)",
    r"permanent (fatal )?errors?",
)
OPENER = re.compile("|".join(OPENERS), re.I)
ENDS = re.compile(
    r"^[-=_* ]{0,40}\s*(below this line|original message|this is a copy of|returned (mail|message)"
    r"|(start|begin) of (returned|original)|message (headers?|text) follow|original headers"
    r"|unsent message below|オリジナル|元のメッセージ|元のメール|送信されたメッセージ"
    r"|included is a copy|the body of your message)"
    r"|^(received|return-path|dkim-signature|x-received|message-id):\s", re.I)  # fmt: skip
# The line begins with the address, or with one word that says what it is.
LINE = re.compile(
    r"^[\s*・>]{0,20}(?:(?:rcpt to|recipients?|(?:recipient )?address|addressed to"
    r"|could not be delivered to|unknown user"
    r"|宛先|あて先|送信先|受信者|メールアドレス)\s*[:：]\s*)?(?:[^\s<>@]{1,60}\s)?"
    r"(?:\[?smtp[:=])?[<\[(「]?"
    r"(?P<address>[^\s<>()\[\],;:\"'@「」＠]{1,128}@[A-Za-z0-9._-]{1,255})[>\])」]?"
    r"(?P<rest>\s*[:;,.(]?.{0,1000})$",
    re.I,
)
DELAY = re.compile(
    r"has been delayed|not yet been delivered|will (be retried|keep trying|retry|continue)"
    r"|no action is required on your part|do not need to resend|warning message only"
    r"|delivery incomplete|遅れて(い|お)|遅延|(引き|ひき)続き(配信|送信)", re.I)  # fmt: skip
# Those who speak in a notice, and of whom it does not.
OURS = re.compile(r"(post_?master|mailer-?daemon|mail-?daemon|abuse|support)@", re.I)
MOST_LINES = 2000


def told(mail: Part) -> tuple[Told, ...]:
    """What the mail's own words say of each address; empty where no known form is found."""
    zones = [zone for text in texts(mail) if (zone := _zone(text))]
    found = next(filter(None, map(_recipients, zones)), ())
    return found or _in_header(mail) or next(filter(None, map(_anywhere, zones)), ())


def anywhere(mail: Part) -> tuple[Told, ...]:
    """For a mail of which it is sure that it came back, though none of its sentences is known."""
    zones = [_lines(text, 0) for text in texts(mail)]
    found = next(filter(None, map(_recipients, zones)), ())
    return found or next(filter(None, map(_anywhere, zones)), ())


def words(mail: Part) -> str:
    """All that the notice says, in one line."""
    return " ".join(" ".join(_lines(next(texts(mail), ""), 0)).split())[:LONGEST]


def texts(mail: Part) -> Iterator[str]:
    """The readable texts of the mail itself, not of mails that it carries."""
    for part in mail.walk(into_mails=False):
        if part.text and "rfc822" not in part.kind:
            yield part.text


def _zone(text: str) -> list[str]:
    """The lines from a known first sentence on; none where there is none."""
    for number, line in enumerate(text.splitlines()[:MOST_LINES]):
        if OPENER.search(line[:500]):
            return _lines(text, number)
    return []


def _lines(text: str, start: int) -> list[str]:
    """The lines from that one to where the returned mail begins."""
    lines = text.splitlines()[:MOST_LINES]
    first = max(0, start - 4)  # a carrier writes the address above its sentence
    end = next((n for n in range(start + 1, len(lines)) if ENDS.search(lines[n][:200])), len(lines))
    return [line[:1000] for line in lines[first:end]]


def _recipients(zone: list[str]) -> tuple[Told, ...]:
    spoken: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    current = ""
    for line in zone:
        found = LINE.match(line)
        if found and len(spoken) < MOST and not OURS.match(found["address"]):
            current = found["address"].rstrip(".").casefold()
            first.setdefault(current, found["address"].rstrip("."))
        key = _named(line, first) or current
        spoken.setdefault(key, []).append(line.strip())
    whole = " ".join(" ".join(zone).split())
    action = DELAYED if DELAY.search(whole[: 8 * LONGEST]) else FAILED
    alone = len(first) == 1
    said = {key: whole if alone else " ".join(spoken.get(key, ())) for key in first}
    return tuple(_one(first[key], action, said[key]) for key in first)


def _anywhere(zone: list[str]) -> tuple[Told, ...]:
    """The first address that a notice names, where it begins no line with one."""
    whole = " ".join(" ".join(zone).split())
    found = [each.rstrip(".") for each in ADDRESS.findall(whole) if not OURS.match(each)]
    action = DELAYED if DELAY.search(whole[: 8 * LONGEST]) else FAILED
    return (_one(found[0], action, whole),) if found else ()


def _named(line: str, known: dict[str, str]) -> str:
    """The address that a line of a transcript speaks of."""
    found = ADDRESS.search(line)
    key = found[0].rstrip(".").casefold() if found else ""
    return key if key in known else ""


def _one(address: str, action: str, words: str) -> Told:
    status = ENHANCED.search(words)
    return Told(address, action, status[0] if status else "", words[:LONGEST])


def _in_header(mail: Part) -> tuple[Told, ...]:
    """Exim names them in a header."""
    named = ADDRESS.findall(" ".join(mail.all("x-failed-recipients")))
    return tuple(Told(each, FAILED, "", "") for each in dict.fromkeys(named[:MOST]))
