"""What cannot be sent, and why: pure rules."""

from __future__ import annotations

import pytest

from eventmail.errors import UserError
from eventmail.notices.drafting import LONGEST, Draft, check
from eventmail.notices.models import Kind
from eventmail.offices.models import Role
from tests.notices.bureau import OWN, draft

DOMAINS = {OWN}
GOOD: dict[str, Draft] = {
    "to everybody": draft(),
    "to one role": draft(roles=[Role.CHECKER]),
    "to the heads": draft(Kind.INSTRUCTION, roles=[Role.MANAGER]),
    "without a last day": draft(days=None),
    "until today": draft(days=0),
    "with no address": draft(text="本文だけ"),
    "with an office's address": draft(text=f"連絡先は soumu@{OWN}。"),
    "with an office's address in other letters": draft(text=f"連絡先は soumu＠{OWN.upper()}"),
}
WRONG: dict[str, tuple[Draft, str]] = {
    "no title": (draft(title=" "), "題名を入力"),
    "no text": (draft(text="\n "), "本文を入力"),
    "too long a title": (draft(title="あ" * 101), "題名は100文字まで"),
    "too long a text": (draft(text="あ" * 4001), "本文は4000文字まで"),
    "no role": (draft(roles=[]), "送る役割"),
    "an instruction to more than the heads": (
        draft(Kind.INSTRUCTION, roles=[Role.MANAGER, Role.AUTHOR]),
        "「指示」は、所の管理者だけ",
    ),
    "a day that is over": (draft(days=-1), "きょうから1年以内"),
    "a day too far away": (draft(days=LONGEST.days + 1), "きょうから1年以内"),
    "an address in the title": (draft(title=f"問い合わせは a@{OWN}"), "題名に「@」"),
    "a wide at sign in the title": (draft(title="a＠b.example"), "題名に「@」"),
    "a participant's address": (draft(text="jinji@aozora.example"), "「jinji@aozora.example」"),
    "the same in wide letters": (draft(text="jinji＠ａｏｚｏｒａ．ｅｘａｍｐｌｅ"), "書けません"),
    "the same within a sentence": (draft(text="宛先（jinji@aozora.example）です"), "書けません"),
    "the same after a blank": (draft(text="jinji @ aozora.example"), "書けません"),
    "a domain that only begins like ours": (draft(text=f"a@{OWN}.evil.example"), "書けません"),
    "a domain that only ends like ours": (draft(text=f"a@evil-{OWN}"), "書けません"),
}  # fmt: skip


@pytest.mark.parametrize("wanted", GOOD.values(), ids=GOOD)
def test_what_can_be_sent(wanted: Draft) -> None:
    check(wanted, DOMAINS)


@pytest.mark.parametrize(("wanted", "told"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_sent(wanted: Draft, told: str) -> None:
    with pytest.raises(UserError, match=told):
        check(wanted, DOMAINS)
