"""What an earlier mail showed, told from its bytes, whether or not a gate would pass them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest

from eventmail.wire import BlindBatch, Individual, Malformed, Wording, compose, exposures
from tests.wire.nearby import no_child
from tests.wire.samples import AOZORA, IDENTITY, KNOWLEDGE, KURE, MIDORI, STAMP, mail, material
from tests.wire.smuggling import instead

TO_AOZORA = Individual(AOZORA)
GOOD = mail().content


@pytest.fixture(autouse=True, scope="module")
def _in_this_process() -> Iterator[None]:
    with no_child():
        yield


def with_page(text: str, page: str) -> bytes:
    """A mail whose HTML says something else than its text."""
    wording = Wording("ご案内", text, html=True)
    content = compose(IDENTITY, TO_AOZORA, wording, (), STAMP).content
    start = content.rindex(b"base64\r\n\r\n") + 10
    end = content.index(b"\r\n--", start)
    return content[:start] + base64.b64encode(page.encode()) + content[end:]


SHOWN: dict[str, tuple[tuple[str, ...], Callable[[bytes], bytes]]] = {
    "nothing": ((), lambda c: c),
    "From": (("From",), instead(b"<gakusotsu@hirono", b"<jinji@kure-seiki")),
    "To": (("To",), instead(b"To: ", b"To: jinji@kure-seiki.example, ")),
    "Reply-To": (("Reply-To",), instead(b"henshin@hirono", b"jinji@kure-seiki")),
    "To, beside a name": (("To",), instead(b"To: saiyo@aozora", b"To: Kure <jinji@kure-seiki")),
    "the Message-ID": (
        ("メールの番号",),
        instead(b"<d41d8cd98f00b204@", b"<jinji@kure-seiki.example@"),
    ),
    "the subject": (("件名",), lambda _: mail(subject=f"ご案内 {KURE}").content),
    "the body": (("本文",), lambda _: mail(body=f"{KURE}\n{KURE}").content),
    "the text of an alternative": (("本文",), lambda _: with_page(f"{KURE}", "<br>\r\n")),
    "the page of an alternative": (("本文",), lambda _: with_page("。", f"<!-- {KURE} -->")),
    "both alternatives": (("本文",), lambda _: with_page(f"{KURE}", f"{KURE}")),
    "To and subject": (
        ("To", "件名"),
        lambda _: instead(b"saiyo@aozora", b"jinji@kure-seiki")(mail(subject=f"{KURE}").content),
    ),
}


@pytest.mark.parametrize(("places", "write"), SHOWN.values(), ids=SHOWN)
def test_another_participant_is_told_of_in(
    places: tuple[str, ...], write: Callable[[bytes], bytes]
) -> None:
    assert exposures(write(GOOD), TO_AOZORA, KNOWLEDGE) == places


def test_a_file_and_its_name_are_told_apart() -> None:
    files = (material("図"), material(str(KURE)), material("表", f"{KURE}.txt"))
    found = exposures(mail(materials=files).content, TO_AOZORA, KNOWLEDGE, files)
    assert found == ("2番目の添付ファイル", "3番目の添付ファイルの名前")


def test_in_a_batch_each_recipient_is_another() -> None:
    batch = BlindBatch((AOZORA, MIDORI))
    assert exposures(mail(batch).content, batch, KNOWLEDGE) == ()
    assert exposures(GOOD, batch, KNOWLEDGE) == ("To",)


def test_bytes_that_are_no_mail_are_not_called_harmless() -> None:
    with pytest.raises(Malformed):
        exposures(b"To: jinji@kure-seiki.example\r\n\r\n", TO_AOZORA, KNOWLEDGE)
