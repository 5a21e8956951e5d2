"""What is sealed opens only with its key and at its place."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from eventmail.config import Settings
from eventmail.sealing import Sealer, Unsealable

KEY, NEWER, STRANGER = "k" * 32, "n" * 32, "s" * 32


def sealer(*keys: str) -> Sealer:
    return Sealer.of(Settings(secret_key="x" * 32, sealing_keys=keys))


@pytest.mark.parametrize("secret", ["", "JBSWY3DPEHPK3PXP", "髙﨑①㈱のパスワード", "a" * 4000])
def test_what_was_sealed_opens_again(secret: str) -> None:
    sealed = sealer(KEY).seal(secret, "totp:1")
    assert not secret or secret not in sealed
    assert sealer(KEY).open(sealed, "totp:1") == secret


def test_a_key_can_be_changed_while_older_secrets_still_open() -> None:
    sealed = sealer(KEY).seal("secret", "totp:1")
    assert sealer(NEWER, KEY).open(sealed, "totp:1") == "secret"
    newer = sealer(NEWER, KEY).seal("secret", "totp:1")
    with pytest.raises(Unsealable):
        sealer(KEY).open(newer, "totp:1")


def test_without_keys_of_its_own_the_installation_uses_its_secret() -> None:
    sealed = sealer().seal("secret", "totp:1")
    assert sealer("x" * 32).open(sealed, "totp:1") == "secret"


def flipped(sealed: str) -> str:
    raw = bytearray(base64.urlsafe_b64decode(sealed[2:]))
    raw[-1] ^= 1
    return sealed[:2] + base64.urlsafe_b64encode(bytes(raw)).decode()


SPOILED: dict[str, Callable[[str], str]] = {
    "changed": flipped,
    "shortened": lambda sealed: sealed[:-8],
    "of another format": lambda sealed: "2" + sealed[1:],
    "no base64": lambda _: "1.あ",
    "nothing in it": lambda _: "1.",
    "empty": lambda _: "",
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_was_changed_does_not_open(how: str) -> None:
    with pytest.raises(Unsealable):
        sealer(KEY).open(SPOILED[how](sealer(KEY).seal("secret", "totp:1")), "totp:1")


@pytest.mark.parametrize(("key", "place"), [(KEY, "totp:2"), (STRANGER, "totp:1")])
def test_another_place_and_another_key_do_not_open_it(key: str, place: str) -> None:
    with pytest.raises(Unsealable):
        sealer(key).open(sealer(KEY).seal("secret", "totp:1"), place)


def test_a_keyed_digest_needs_the_key_and_keeps_purposes_apart() -> None:
    digests = {
        sealer(KEY).digest("a@example.jp", "audit"),
        sealer(KEY).digest("a@example.jp", "log"),
        sealer(STRANGER).digest("a@example.jp", "audit"),
    }
    assert len(digests) == 3
    assert sealer(KEY).digest("a@example.jp", "audit") in digests
