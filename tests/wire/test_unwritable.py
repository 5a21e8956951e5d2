"""What no mail can carry."""

from __future__ import annotations

import pytest

from eventmail.wire import Unwritable
from eventmail.wire.unwritable import has_control

CONTROLS = ["\0", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\ud800", "\u2028", "\u2029"]


@pytest.mark.parametrize("char", CONTROLS, ids=ascii)
def test_a_control_character_is_seen(char: str) -> None:
    assert has_control(char)
    assert has_control(f"ご案内{char}です")
    assert not has_control(f"ご案内{char}です", allowed=f"x{char}")
    assert has_control(f"ご{char}案\x01内", allowed=char)


@pytest.mark.parametrize("text", ["", "ご案内 a😀", "\u3000", "\u200b", "\ue000"])
def test_what_a_mail_can_carry(text: str) -> None:
    assert not has_control(text)


def test_it_says_what_to_do() -> None:
    error = Unwritable("名前を変えてください。")
    assert error.message_ja == str(error) == "名前を変えてください。"
