"""One cell is exactly one address, or an error that says why."""

from __future__ import annotations

import dataclasses
import string

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from eventmail import addresses
from eventmail.addresses import CARRIERS, MESSAGES, AddressError, EmailAddress, names_a_person
from eventmail.names import GIVEN_NAMES, SURNAMES

LONG_DOMAIN = f"{'b' * 63}.{'b' * 63}.{'c' * 53}.example"  # 189 characters
LONG_IN_LETTERS_FOR_MACHINES = f"{'é.' * 24}example"  # 55 here, 199 on the wire

READ = {
    "plain": ("info@aozora.example", "info@aozora.example"),
    "full-width": ("ｉｎｆｏ＠ａｏｚｏｒａ．example", "info@aozora.example"),
    "ideographic blanks around": ("　info@aozora.example\n", "info@aozora.example"),
    "domain in capitals": ("Info@AOZORA.Example", "Info@aozora.example"),
    "international domain": ("info@青空.example", "info@xn--grzr40d.example"),
    "plus": ("info+2@aozora.example", "info+2@aozora.example"),
    "carrier, two dots": ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp"),
    "carrier, last dot": ("a.@EZWEB.ne.jp", "a.@ezweb.ne.jp"),
    "carrier, below": ("a..b@t.vodafone.ne.jp", "a..b@t.vodafone.ne.jp"),
    "longest local": (f"{'a' * 64}@b.example", f"{'a' * 64}@b.example"),
    "longest of all": (f"{'a' * 64}@{LONG_DOMAIN}", f"{'a' * 64}@{LONG_DOMAIN}"),
    "longest on the wire": (
        f"{'a' * 54}@{LONG_IN_LETTERS_FOR_MACHINES}",
        f"{'a' * 54}@{'xn--9ca.' * 24}example",
    ),
}
REFUSED = {
    "nothing": ("　", "empty"),
    "no at": ("info.aozora.example", "no_at"),
    "two with comma": ("a@b.example,c@d.example", "several"),
    "two with full-width comma": ("a@b.example，c@d.example", "several"),
    "two with 読点": ("a@b.example、c@d.example", "several"),
    "two on two lines": ("a@b.example\nc@d.example", "several"),
    "two with slash": ("a@b.example／c@d.example", "several"),
    "two with semicolon": ("a@b.example；c@d.example", "several"),
    "two with a middle dot": ("a@b.example・c@d.example", "several"),
    "two with a bar": ("a@b.example|c@d.example", "several"),
    "two, one in brackets": ("a@b.example(c@d.example)", "several"),
    "two behind a closing bracket": ("a@b.example)c@d.example", "several"),
    "two, one in angle brackets": ("a@b.example<c@d.example>", "several"),
    "two behind an angle bracket": ("a@b.example>c@d.example", "several"),
    "two, one in square brackets": ("a@b.example[c@d.example]", "several"),
    "two behind a square bracket": ("a@b.example]c@d.example", "several"),
    "two at signs": ("a@@b.example", "many_at"),
    "comma behind": ("a@b.example,", "forbidden"),
    "full-width semicolon": ("a@b.example；", "forbidden"),
    "quoted": ('"a"@b.example', "forbidden"),
    "single quote": ("o'neill@b.example", "forbidden"),
    "backquote": ("a`b@c.example", "forbidden"),
    "bar": ("a|b@c.example", "forbidden"),
    "読点 inside": ("a、b@c.example", "forbidden"),
    "句点 behind": ("a@b.example。", "forbidden"),
    "backslash": ("a\\b@c.example", "forbidden"),
    "colon": ("group:a@b.example", "forbidden"),
    "display name": ("山田 <a@b.example>", "display_name"),
    "round brackets": ("a@b.example（自宅）", "display_name"),
    "address literal": ("a@[192.0.2.1]", "display_name"),
    "corner brackets": ("「a@b.example", "display_name"),
    "closing bracket only": ("a@b.example)", "display_name"),
    "opening angle bracket only": ("<a@b.example", "display_name"),
    "closing angle bracket only": ("a@b.example>", "display_name"),
    "opening curly quote": ("“a@b.example", "display_name"),
    "closing curly quote": ("a@b.example”", "display_name"),
    "mailto": ("mailto:a@b.example", "mailto"),
    "mailto in capitals": ("MAILTO:a@b.example", "mailto"),
    "blank inside": ("in fo@b.example", "space"),
    "header injected": ("a@b.example\r\nBcc:", "space"),
    "zero width": ("a\u200b@b.example", "hidden"),
    "byte order mark": ("\ufeffa@b.example", "hidden"),
    "right-to-left": ("a@b\u202e.example", "hidden"),
    "soft hyphen": ("a\u00adb@b.example", "hidden"),
    "null": ("a\0@b.example", "hidden"),
    "tag character": ("a\U000e0041@b.example", "hidden"),
    "half a surrogate pair": ("\ud800a@b.example", "hidden"),
    "private character": ("a\ue000@b.example", "hidden"),
    "unassigned character": ("a\u0378@b.example", "hidden"),
    "kana local": ("やまだ@b.example", "not_ascii"),
    "Cyrillic a": ("\u0430bc@b.example", "not_ascii"),
    "local too long": (f"{'a' * 65}@b.example", "too_long"),
    "whole too long": (f"a@{'b.' * 125}example", "too_long"),
    "too long by one": (f"{'a' * 64}@c{LONG_DOMAIN}", "too_long"),
    "too long on the wire, by one": (f"{'a' * 55}@{LONG_IN_LETTERS_FOR_MACHINES}", "too_long"),
    "two dots elsewhere": ("a..b@c.example", "local"),
    "last dot elsewhere": ("a.@c.example", "local"),
    "nothing before the at": ("@c.example", "local"),
    "nothing before the at, carrier": ("@docomo.ne.jp", "local"),
    "two dots, carrier look-alike": ("a..b@notdocomo.ne.jp", "local"),
    "no dot in domain": ("a@b", "domain"),
    "two dots in domain": ("a@b..example", "domain"),
    "two dots in carrier's domain": ("a@..docomo.ne.jp", "domain"),
    "hyphen in carrier's domain": ("a..b@-x.docomo.ne.jp", "domain"),
    "underscore": ("a@b_c.example", "domain"),
    "longest label and one more": (f"a@{'b' * 64}.example", "domain"),
    "top level of figures": ("a@b.123", "domain"),
    "top level for tests": ("a@b.test", "domain"),
    "top level for tests, in capitals": ("a@b.TEST", "domain"),
    "top level of a house network": ("a@b.local", "domain"),
    "two hyphens that are no A-label": ("a@ab--c.example", "domain"),
    "an A-label that is none": ("a@xn--a.example", "domain"),
}
AT_ONCE = {
    "letters": ("info@aozora.example", "info", "aozora.example"),
    "all that a local part may hold": ("aZ09_+-.b@c.example", "aZ09_+-.b", "c.example"),
    "capitals": ("Info@AOZORA.Example", "Info", "aozora.example"),
    "figures and hyphens": ("a@0-b-9.c1.example", "a", "0-b-9.c1.example"),
    "shortest": ("a@b.jp", "a", "b.jp"),
    "longest label": (f"a@{'b' * 63}.example", "a", f"{'b' * 63}.example"),
    "longest top level": (f"a@b.{'c' * 63}", "a", f"b.{'c' * 63}"),
    "longest local": (f"{'a' * 64}@b.example", "a" * 64, "b.example"),
    "longest of all": (f"{'a' * 64}@{LONG_DOMAIN}", "a" * 64, LONG_DOMAIN),
}


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ)
def test_reads_one_address(text: str, expected: str) -> None:
    assert str(EmailAddress.parse(text)) == expected


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED)
def test_refuses_with_a_code_and_its_sentence(text: str, code: str) -> None:
    with pytest.raises(AddressError) as caught:
        EmailAddress.parse(text)
    assert (caught.value.code, caught.value.message) == (code, MESSAGES[code])


@pytest.mark.parametrize(("text", "local", "domain"), AT_ONCE.values(), ids=AT_ONCE)
def test_a_plain_address_is_read_without_the_slow_library(
    text: str, local: str, domain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "_checked_in_full", lambda _: pytest.fail("asked in full"))
    assert EmailAddress.parse(text) == EmailAddress(local, domain)


NEAR = ("a", "B", "0", ".", "..", "-", "--", "_", "+", "=", "xn--", "a" * 62, "a" * 31)
ENDS = (".example", ".jp", ".j", ".JP", ".j-p", ".test", ".Local", ".arpa", ".jp1", ".", "")


@settings(max_examples=1000)
@given(
    st.lists(st.sampled_from(NEAR), max_size=5).map("".join),
    st.lists(st.sampled_from(NEAR), max_size=8).map("".join),
    st.sampled_from(ENDS),
)
def test_what_is_read_at_once_the_library_reads_alike(local: str, domain: str, end: str) -> None:
    text = f"{local}@{domain}{end}"
    at_once = addresses._plain(text)
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        assert at_once is None
        return
    assert at_once in (None, (local, found.ascii_domain))
    assert addresses._checked_in_full(text) == (local, found.ascii_domain)


@pytest.mark.parametrize(
    "carrier",
    [
        "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "i.softbank.jp",
        "vodafone.ne.jp", "disney.ne.jp", "willcom.com", "ymobile.ne.jp",
    ],
)  # fmt: skip
def test_each_carrier_may_have_odd_dots(carrier: str) -> None:
    assert carrier in CARRIERS
    assert str(EmailAddress.parse(f"a..b.@{carrier}")) == f"a..b.@{carrier}"


@pytest.mark.parametrize("char", string.ascii_letters + string.digits + "!#$%&*+/=?^_~.-")
def test_an_odd_local_part_of_a_carrier_may_hold(char: str) -> None:
    assert EmailAddress.parse(f"{char}..{char}@docomo.ne.jp").local == f"{char}..{char}"


def test_every_sentence_has_a_case() -> None:
    assert {code for _, code in REFUSED.values()} == set(MESSAGES)


@pytest.mark.parametrize(
    ("local", "domain"),
    [
        ("a", "b.example\r\nBcc: c@d.example"),
        ("a@b.example,c", "d.example"),
        ("Ａ", "b.example"),
        ("a", "B.example"),
        ("", "b.example"),
    ],
)
def test_constructor_takes_no_unchecked_parts(local: str, domain: str) -> None:
    with pytest.raises(AddressError):
        EmailAddress(local, domain)


@pytest.mark.parametrize("part", ["local", "domain"])
def test_an_address_cannot_be_changed_afterwards(part: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(EmailAddress.parse("a@b.example"), part, "c")


def test_replace_is_checked_too() -> None:
    with pytest.raises(AddressError):
        dataclasses.replace(EmailAddress.parse("a@b.example"), local="c, d")


def test_key_folds_case_and_equality_does_not() -> None:
    one, other = EmailAddress.parse("Info@b.example"), EmailAddress.parse("info@b.example")
    assert one != other
    assert one.key == other.key


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("info@docomo.ne.jp", "info@docomo.ne.jp"),
        ("a.b@docomo.ne.jp", "a.b@docomo.ne.jp"),
        ("ken.tanaka@docomo.ne.jp", "ken.tanaka@docomo.ne.jp"),
        ("a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        ("a.@docomo.ne.jp", '"a."@docomo.ne.jp'),
        (".a@docomo.ne.jp", '".a"@docomo.ne.jp'),
    ],
)
def test_wire_quotes_an_odd_local_part(text: str, wire: str) -> None:
    assert EmailAddress.parse(text).wire == wire


@given(st.text(alphabet=st.sampled_from("aB@.,;: <>\"'\\()[]\r\n\0\u200b＠，。あ-_+"), max_size=20))
def test_whatever_is_read_is_one_plain_ascii_address(text: str) -> None:
    try:
        found = str(EmailAddress.parse(text + "@b.example"))
    except AddressError:
        return
    assert found.isascii()
    assert found.count("@") == 1
    assert not set(found) & set(",;:<>\"'\\()[] \r\n\0")


@pytest.mark.parametrize(
    "local",
    [
        "taro.yamada",
        "aozora.yamada.taro",
        "yamada-hanako",
        "yamada_hanako",
        "yamada__hanako",
        "yamadataro",
        "yamadataro2",
        "abetaro",
        "yamadaken",
        "suzuki.ichiro",
        "Satoh.Ichirou",
        "ken.tanaka2",
    ],
)
def test_full_names(local: str) -> None:
    assert names_a_person(EmailAddress.parse(f"{local}@b.example"))


@pytest.mark.parametrize(
    "local",
    [
        "info",
        "jinji",
        "yamada",
        "hanako",
        "sato.k",
        "mikami",
        "yamada.taro.jinji",
        "shimizu-bankin",
        "info+yamada.taro",
        "aozora+yamada.taro",
        "satoai",  # two letters more or less make no name: it could be any word
        "aisato",
        "aozora.yamada",
        "taro.aozora",
        "aozora.taro",
        "yamada.aozora",
    ],
)
def test_desks_and_half_names(local: str) -> None:
    assert not names_a_person(EmailAddress.parse(f"{local}@b.example"))


@pytest.mark.parametrize("names", [SURNAMES, GIVEN_NAMES], ids=["surnames", "given names"])
def test_one_name_alone_is_no_full_name(names: frozenset[str]) -> None:
    """Not even where it looks like two: ``mikami`` is not Mika Mi."""
    addresses = [EmailAddress.parse(f"{name}@b.example") for name in sorted(names)]
    assert [str(each) for each in addresses if names_a_person(each)] == []
