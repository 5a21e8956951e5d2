"""Where an address may stand in a text, and whose it could be."""

from __future__ import annotations

import dataclasses
import string

import pytest

from eventmail.addresses import EmailAddress
from eventmail.wire.sites import Site, shows, sites

TARO = "taro@kure.example"
READINGS = {
    "an address": (TARO, [TARO]),
    "capitals": ("TARO@KURE.EXAMPLE", [TARO]),
    "a name in two parts": (
        "ken.ono@b.example", ["ken.ono@b.example", ".ono@b.example", "ono@b.example"],
    ),
    "a domain in three parts": ("a@b.co.example", ["a@b.co.example", "a@b.co"]),
    "all of both, the widest first": (
        "a.b@c.d.example",
        [
            "a.b@c.d.example", "a.b@c.d", ".b@c.d.example", ".b@c.d", "b@c.d.example", "b@c.d",
        ],
    ),
    "letters after digits": ("03a@b.example", ["03a@b.example", "a@b.example"]),
    "small letters after capitals": ("TELa@b.example", ["tela@b.example", "a@b.example"]),
    "digits behind": ("a@b.example03", ["a@b.example03", "a@b.example"]),
    "capitals behind": ("a@b.exampleTEL", ["a@b.exampletel", "a@b.example"]),
    "a full stop behind": ("a@b.example.", ["a@b.example"]),
    "a hyphen behind": ("a@b.example-", ["a@b.example"]),
    "a line behind": ("a@b.example_", ["a@b.example"]),
    "two signs in a row": (
        "a-_b@c.example",
        ["a-_b@c.example", "-_b@c.example", "_b@c.example", "b@c.example"],
    ),
    "Japanese before it": ("連絡先a@b.example", ["a@b.example"]),
    "a break in the domain": ("a@b.exa\nmple", ["a@b.example", "a@b.exa"]),
    "a break in the name": ("ta\nro@b.example", ["taro@b.example", "ro@b.example"]),
    "breaks in two places of the name": (
        "ab cdefghi jk@b.example", ["abcdefghijk@b.example", "cdefghijk@b.example", "jk@b.example"],
    ),
    "breaks in two places of the domain": (
        "a@b. cdefgh example", ["a@b.cdefghexample", "a@b.cdefgh"],
    ),
    "a break on both sides of the sign": ("a \n@\n b.example", ["a@b.example"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "readings"), READINGS.values(), ids=READINGS)
def test_a_place_can_be_read_as(text: str, readings: list[str]) -> None:
    (site,) = sites(text)
    assert [address for _, _, address in site.candidates()] == readings


@pytest.mark.parametrize("text", ["", "taro", "@", "@kure.example", "taro@kure", "taro@", "あ@b.c"])
def test_no_address_can_stand_in(text: str) -> None:
    assert list(sites(text)) == []


def found(text: str, *known: str, allowed: tuple[str, ...] = ()) -> bool:
    return any(shows(site, set(known), allowed) for site in sites(text))


@pytest.mark.parametrize("char", string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-.")
def test_a_name_may_hold(char: str) -> None:
    address = f"a{char}b@kure.example"
    assert found(f"「{address}」", address.lower())


@pytest.mark.parametrize("sign", list("ab09.-_é髙が"))
def test_a_domain_may_hold(sign: str) -> None:
    (site,) = sites(f"taro@a{sign}b.example")
    assert site.right == f"a{sign}b.example"


@pytest.mark.parametrize("sign", list(' \t\n\u3000"\\“”„'))
def test_an_address_may_be_broken_by(sign: str) -> None:
    for text in (
        f"ta{sign}ro@kure.example",
        f"taro{sign}@kure.example",
        f"taro@ku{sign}re.example",
    ):
        assert found(text, TARO)


@pytest.mark.parametrize("sign", list("()<>[],;:、。あ"))
def test_an_address_ends_at(sign: str) -> None:
    assert not found(f"ta{sign}ro@kure.example", TARO)


DOMAINS = {
    "Japanese": ("info@がくせい.example", "info@がくせい.example"),
    "Japanese before a word": ("info@学生.exampleまで", "info@学生.example"),
    "accents": ("info@café.example", "info@café.example"),
    "a letter that machines write as two": ("info@ᾠδή.example", "info@ᾠδή.example"),
}


@pytest.mark.parametrize(("text", "address"), DOMAINS.values(), ids=DOMAINS)
def test_a_domain_in_other_letters_is_the_one_in_letters_for_machines(
    text: str, address: str
) -> None:
    assert found(text, EmailAddress.parse(address).key)


@pytest.mark.parametrize("text", ["a@-が.example", "a@☆.example", f"a@{'が' * 70}.example"])
def test_what_can_be_no_domain_is_nobodys(text: str) -> None:
    assert not found(text, text, "a@.example")


BREAKS = {
    "three breaks are the line breaks of one address": ("taro ya ma da@b.example", True),
    "four are words": ("ta ro ya ma da@b.example", False),
    "single letters are an address however many": ("t a r o y a m a d a@b.example", True),
    "letters that are no more than twice the breaks": ("ta roy ama d a@b.example", False),
}


@pytest.mark.parametrize(("text", "is_one"), BREAKS.values(), ids=BREAKS)
def test_a_name_broken_in_many_places(text: str, is_one: bool) -> None:
    assert found(text, "taroyamada@b.example") is is_one


def test_letters_count_as_spaced_while_they_are_at_most_two_to_a_break() -> None:
    assert found("xx yam a r o@b.example", "xxyamaro@b.example")
    assert not found("xx yama a r o@b.example", "xxyamaaro@b.example")


def test_breaks_in_a_domain_are_counted_alike() -> None:
    assert found("a@k ure.ex am ple", "a@kure.example")
    assert not found("a@ku re .ex am ple", "a@kure.example")
    assert found("a@" + " ".join("kure.example"), "a@kure.example")


LONG = f"{'d' * 63}.{'e' * 63}.{'f' * 63}.{'g' * 53}.example"  # 253 characters, the longest


def test_64_characters_before_the_sign_are_looked_at() -> None:
    assert found("x" * 64 + "@b.example", "x" * 64 + "@b.example")
    assert found("x" * 65 + "@b.example", "x" * 64 + "@b.example")


def test_253_characters_behind_the_sign_are_looked_at() -> None:
    assert found(f"a@{LONG}", f"a@{LONG}")
    assert found(f"a@{LONG}x", f"a@{LONG}")


def test_white_space_is_looked_over_as_far_as_510_characters() -> None:
    assert found("taro" + " " * 506 + "@b.example", "taro@b.example")
    assert not found("taro" + " " * 507 + "@b.example", "taro@b.example")
    assert found("a@" + " " * 501 + "b.example", "a@b.example")
    assert not found("a@" + " " * 502 + "b.example", "a@b.example")


OWN = "ken.tanaka@k.example.jp"
EXPLAINED = {
    "what its name ends in": (OWN, "tanaka@k.example.jp", False),
    "what its domain begins with": (OWN, "ken.tanaka@k.example", False),
    "the middle of it": (OWN, "tanaka@k.example", False),
    "not over a gap in the name": ("ken. tanaka@k.example.jp", "tanaka@k.example.jp", True),
    "not over a gap before the sign": ("ken.tanaka @k.example.jp", "tanaka@k.example.jp", False),
    "not over a gap in the domain": ("ken.tanaka@k.example .jp", "ken.tanaka@k.example", True),
    "not what is wider": ("mr.ken.tanaka@k.example.jp", "mr.ken.tanaka@k.example.jp", True),
    "not what reaches out of it": (
        "mr.ken.tanaka@k.example.jp", "mr.ken.tanaka@k.example", True,
    ),
    "not what goes on behind it": (f"{OWN}.x", "tanaka@k.example.jp.x", True),
    "not another address beside it": (f"{OWN} {TARO}", TARO, True),
}  # fmt: skip


@pytest.mark.parametrize(("text", "other", "is_shown"), EXPLAINED.values(), ids=EXPLAINED)
def test_an_allowed_address_explains(text: str, other: str, is_shown: bool) -> None:
    assert found(text, other, allowed=(OWN,)) is is_shown


def test_an_allowed_address_is_never_another_s() -> None:
    assert not found(OWN, OWN, allowed=(OWN,))


PLAIN = {
    "as it stands": (TARO, TARO),
    "capitals": ("Taro@KURE.example", TARO),
    "up to a gap on both sides": ("hello taro@kure.example world", TARO),
    "not over the gap that is nearest": ("a b c taro@kure.example d e", TARO),
    "over a gap at the sign": ("hello taro @ kure.example world", TARO),
    "without a full stop": ("taro@kure.example. Bye", TARO),
    "without a hyphen": ("taro@kure.example-", TARO),
}


@pytest.mark.parametrize(("text", "plain"), PLAIN.values(), ids=PLAIN)
def test_the_plain_address_is(text: str, plain: str) -> None:
    (site,) = sites(text)
    assert site.plain() == plain


def test_every_sign_in_a_text_is_a_place_of_its_own() -> None:
    assert [site.plain() for site in sites("a@b.example, c@d.example")] == [
        "a@b.example", "c@d.example",
    ]  # fmt: skip


def test_the_same_words_again_are_looked_at_once_and_hide_nothing_behind_them() -> None:
    again = "a@b.example, " * 100
    assert len(list(sites(again))) < 95
    assert found(again + TARO, TARO)


def test_a_site_goes_through_json_and_cannot_be_changed() -> None:
    (site,) = sites("hello taro.yamada @ kure.example まで")
    assert Site.from_json(site.to_json()) == site
    with pytest.raises(dataclasses.FrozenInstanceError):
        site.left = "jinji"  # type: ignore[misc]
