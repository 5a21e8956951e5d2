"""Where answers go: never to a list, never to a participant (L16)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eventmail.language import said
from eventmail.mailings.findings.finding import Finding, Level
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.telling import found

_LIST = re.compile(
    r"(?:^|[._-])(?:ml|all|list|lists|members?|everyone|zen-?in|zenshokuin|zentai|group|minna|subscribe|announce)(?:\d*)(?:$|[._-])"
    r"|@(?:ml|lists?|groups?|googlegroups|freeml)\."
)


def lists(ground: Ground) -> Iterator[Finding]:
    """A sender or reply address that looks like a mailing list: an answer would go to all on it."""
    for role, address in _roles(ground):
        local, _, domain = address.lower().partition("@")
        if _LIST.search(local) or _LIST.search(f"@{domain}"):
            yield found(
                "list_address",
                Level.WARN,
                said(
                    "{role_said}の「{address}」は、メーリングリストのように見えます。返信が大勢に届くおそれがあります。"
                    "イベントの設定で、所の1つのメールボックスを選んでください。",
                    role_said=role,
                    address=address,
                ),
            )


def participants(ground: Ground) -> Iterator[Finding]:
    """A sender or reply address that is a participant's own."""
    for role, address in _roles(ground):
        company = ground.directory.addresses.get(address.lower())
        own = {each.address.lower(): each.company for each in ground.content.recipients}
        company = company or own.get(address.lower())
        if company:
            yield found(
                "sender_is_participant",
                Level.BLOCK,
                said(
                    "{role_said}のアドレスが、参加事業所（{company}）のアドレスと同じです。返信がそこに届きます。"
                    "イベントの設定で差出人か返信先を選び直すか、名簿のアドレスを直してください。",
                    role_said=role,
                    company=company,
                ),
            )


def _roles(ground: Ground) -> tuple[tuple[str, str], ...]:
    sender, reply_to = ground.content.sender_address, ground.content.reply_to
    return ((said("差出人と返信先") if sender == reply_to else said("差出人"), sender),
            *(((said("返信先"), reply_to),) if reply_to != sender else ()))  # fmt: skip
