from __future__ import annotations

import os
import time

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmail.addresses import EmailAddress
from eventmail.wire import search
from eventmail.wire.searchable import MOST_SITES, suspects
from eventmail.wire.sites import shows, sites
from eventmail.wire.views import all_sites, fold
from tests.wire import files


def nested(depth: int) -> bytes:
    content = b"jinji@kure.example"
    for _ in range(depth):
        content = files.zipped(("a.zip", content))
    return content


REASONS = {
    "encrypted, a zip": (files.locked_zip(), "encrypted"),
    "encrypted, a workbook": (files.locked_workbook(), "encrypted"),
    "encrypted, a PDF": (files.pdf("x", locked=True), "encrypted"),
    "encrypted, OpenDocument": (
        files.zipped(("META-INF/manifest.xml", b"<manifest:encryption-data/>")), "encrypted",
    ),
    "an archive of another kind": (b"Rar!\x1a\x07\x00" + bytes(40), "archive"),
    "an LHa archive": (b"\x22\x80-lh5-" + bytes(40), "archive"),
    "a gzip": (b"\x1f\x8b\x08" + bytes(40), "archive"),
    "a cut zip": (files.zipped(("a", b"x" * 99))[:50], "damaged"),
    "a cut PDF": (b"%PDF-1.4\n" + b"(" * 999, "damaged"),
    "archives within archives": (nested(6), "too_deep"),
    "a zip bomb": (files.zipped(("a", bytes(200 * 1024 * 1024))), "too_large"),
    "thousands of entries": (files.zipped(*((str(n), b"") for n in range(5100))), "too_large"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "reason"), REASONS.values(), ids=REASONS)
def test_a_file_that_cannot_be_looked_into(content: bytes, reason: str) -> None:
    assert search(content).unsearchable == reason


def test_a_list_of_very_many_addresses_is_refused_as_a_whole() -> None:
    lines = "\n".join(f"n{n}@d{n}.example" for n in range(MOST_SITES + 10))
    assert search(lines.encode()).unsearchable == "too_many_addresses"


def test_archives_four_deep_are_looked_into() -> None:
    found = search(nested(4))
    assert found.unsearchable == ""
    assert len(suspects(found, frozenset({"jinji@kure.example"}))) > 0


def test_the_same_bytes_are_looked_into_once() -> None:
    content = b"once " + os.urandom(8)
    first = search(content)
    start = time.perf_counter()
    assert search(content) is first
    assert time.perf_counter() - start < 0.05


def test_suspects_follow_a_roster_that_is_a_plain_set() -> None:
    found = search(b"jinji@kure.example")
    known: set[str] = set()
    assert suspects(found, known) == ()
    known.add("jinji@kure.example")
    assert len(suspects(found, known)) == 1


def shown(text: str, *known: str) -> bool:
    return any(shows(site, set(known), ()) for site in all_sites(text))


IDN = EmailAddress.parse("info@がくせい.example").key
INTERNATIONAL = {
    "in kana": "info@がくせい.example",
    "in kana of two parts, as some systems write": "info@か\u3099くせい.example",
    "in letters for machines": IDN,
    "before a full stop": "info@がくせい.example。",
}


@pytest.mark.parametrize("text", INTERNATIONAL.values(), ids=INTERNATIONAL)
def test_a_japanese_domain_is_recognised(text: str) -> None:
    assert shown(text, IDN)


LONGEST_DOMAIN = EmailAddress.parse("taro@" + f"{'kure' * 15}." * 3 + "k" * 58 + ".example").domain
DOMAINS = st.text(st.sampled_from("ab-1xnへ青空がﾞ\u0301אب٣é㈱①ßςz・ー."), min_size=1, max_size=25)


@given(text=DOMAINS)
def test_a_domain_read_label_by_label_is_what_the_whole_would_be(text: str) -> None:
    domain = "".join(char for char in fold(f"ab.青{text}空") if char.isalnum() or char in ".-")
    try:
        whole = idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        whole = ""
    (site,) = sites(f"x@{domain}")
    read = [each for _, end, each in site.candidates() if end == len(domain)]
    assert read == ([f"x@{whole}"] if whole else [])


ODD = {
    "a carrier's dots": ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
    "quoted": ('"a..b."@docomo.ne.jp', "a..b.@docomo.ne.jp"),
    "a leading dot": (".a@docomo.ne.jp", ".a@docomo.ne.jp"),
    "a plus": ("taro+event@kure.example", "taro+event@kure.example"),
    "an underscore at the start": ("_info@kure.example", "_info@kure.example"),
    "a hyphen at the end": ("info-@kure.example", "info-@kure.example"),
    "the longest local part": ("x" * 64 + "@kure.example", "x" * 64 + "@kure.example"),
    "the longest domain": (f"taro@{LONGEST_DOMAIN}", f"taro@{LONGEST_DOMAIN}"),
    "the longest domain in spaced letters": (
        " ".join(f"taro@{LONGEST_DOMAIN}"),
        f"taro@{LONGEST_DOMAIN}",
    ),
    "a number before it": ("09012345678taro@kure.example", "taro@kure.example"),
    "a label before it": ("TELtaro@kure.example", "taro@kure.example"),
    "another address glued behind": ("a@kure.exampleTaro@aoba.example", "a@kure.example"),
    "two in a row": ("a@kure.example,b@aoba.example", "b@aoba.example"),
    "broken twice": ("taro@ku\nre.exa\nmple", "taro@kure.example"),
}


@pytest.mark.parametrize(("text", "known"), ODD.values(), ids=ODD)
def test_an_odd_address_is_recognised(text: str, known: str) -> None:
    assert shown(text, known)


OTHERS = {
    "a longer name": ("xtaro@kure.example", "taro@kure.example"),
    "a shorter name": ("aro@kure.example", "taro@kure.example"),
    "a longer domain": ("taro@kures.example", "taro@kure.example"),
    "a sub-domain": ("taro@mail.kure.example", "taro@kure.example"),
    "words far apart": ("taro went to the big hall at noon by kure.example", "taro@kure.example"),
    "no dot": ("taro@kure", "taro@kure.example"),
    "nothing before it": ("@kure.example", "taro@kure.example"),
}


@pytest.mark.parametrize(("text", "known"), OTHERS.values(), ids=OTHERS)
def test_another_address_is_not_mistaken_for_it(text: str, known: str) -> None:
    assert not shown(text, known)


HOSTILE = {
    "signs": "a@b." * 20_000,
    "spaces": " " * 200_000,
    "tags": "<" * 200_000,
    "percent signs": "%2540" * 20_000,
    "base64": "QUJDabcd" * 20_000,
    "entities": "&amp;" * 20_000,
    "brackets": "[ at ] " * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_takes_no_long_time(text: str) -> None:
    start = time.perf_counter()
    assert not shown(text, "jinji@kure.example")
    assert time.perf_counter() - start < 5


def test_a_site_goes_through_json_unchanged() -> None:
    (site,) = sites(fold("連絡先 taro.yamada @ kure.example まで"))
    assert type(site).from_json(site.to_json()) == site
