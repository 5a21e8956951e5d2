"""Which texts are read out of which kind of file, in this very process."""

from __future__ import annotations

import codecs
import zipfile
from typing import Any

import pytest

from eventmail.wire import extract
from eventmail.wire.extract import Budget, Unsearchable, texts
from tests.wire import files
from tests.wire.test_searchable import nested
from tests.wire.test_views import shown

OTHER = "jinji@kure.example"
WIDE = "ｊｉｎｊｉ＠kure.example"  # no ASCII search finds this one


def found(content: bytes, known: str = OTHER) -> bool:
    return any(shown(text, known) for text in texts(content, Budget()))


def reason(content: bytes, budget: Budget | None = None) -> str:
    with pytest.raises(Unsearchable) as caught:
        list(texts(content, budget or Budget()))
    return caught.value.reason


ARCHIVES = {
    "7z": b"7z\xbc\xaf\x27\x1c",
    "RAR": b"Rar!\x1a\x07",
    "gzip": b"\x1f\x8b",
    "compress": b"\x1f\x9d",
    "bzip2, fastest": b"BZh11AY",
    "bzip2, smallest": b"BZh91AY",
    "xz": b"\xfd7zXZ\0",
    "cabinet": b"MSCF\0\0\0\0",
    "zstandard": b"\x28\xb5\x2f\xfd",
    "LHA": b"\x22\x80-lh5-",
    "LHA whose size looks like a line break": b"\n\n-lhd-",
}
NO_ARCHIVES = {
    "a word in the text": b"about 7z\xbc\xaf\x27\x1c and Rar!\x1a\x07",
    "half a cabinet": b"MSCF\0\0\0x",
    "bzip2 of no size": b"BZh01AY",
    "a later LHA": b"\n\n\n-lh5-",
}


@pytest.mark.parametrize("head", ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_that_is_not_opened(head: bytes) -> None:
    assert reason(head + b"x" * 40) == "archive"


@pytest.mark.parametrize("head", NO_ARCHIVES.values(), ids=NO_ARCHIVES)
def test_what_only_resembles_an_archive(head: bytes) -> None:
    assert list(texts(head + b" x", Budget())) is not None


ENCODED = {
    "UTF-8": WIDE.encode(),
    "UTF-8 with a mark": codecs.BOM_UTF8 + WIDE.encode(),
    "UTF-16": codecs.BOM_UTF16_LE + WIDE.encode("utf-16-le"),
    "UTF-16, the other way round": codecs.BOM_UTF16_BE + WIDE.encode("utf-16-be"),
    "UTF-32": codecs.BOM_UTF32_LE + WIDE.encode("utf-32-le"),
    "Shift_JIS": f"連絡先：{WIDE}".encode("cp932"),
    "EUC-JP": f"連絡先：{WIDE}".encode("euc_jp"),
    "ISO-2022-JP": f"連絡先：{WIDE}".encode("iso2022_jp"),
    "UTF-16 without a mark": OTHER.encode("utf-16-le"),
    "UTF-16 without a mark, the other way round": OTHER.encode("utf-16-be"),
    "bytes before it": b"\x00\x01\xff\xff" + OTHER.encode() + b"\x00",
    "bytes before it in UTF-16": b"\xff\x01\x02\xff" + OTHER.encode("utf-16-le") + b"\xff\xff",
    "bytes before it, the other way round": b"\xff\x01\x02" + OTHER.encode("utf-16-be") + b"\xff",
}


@pytest.mark.parametrize("content", ENCODED.values(), ids=ENCODED)
def test_a_text_is_read_in(content: bytes) -> None:
    assert found(content)


def test_a_mark_of_the_encoding_is_no_text() -> None:
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le")):
        read = texts(mark + "あ".encode(encoding), Budget())
        assert [each for each in read if each] == ["あ"]


@pytest.mark.parametrize("gap", [b"\t", b"\n", b"\r", b" ", b"\xa0"])
def test_in_a_binary_file_an_address_may_be_broken(gap: bytes) -> None:
    assert found(b"\0\xff\x01jin" + gap + b"ji@kure.example\0")


@pytest.mark.parametrize("gap", ["\t", "\n", "\r", " "])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_in_a_binary_file_in_utf_16_too(gap: str, encoding: str) -> None:
    head = b"\xff\x01\x02\xff" if encoding == "utf-16-le" else b"\xff\x01\x02"
    assert found(head + f"jin{gap}ji@kure.example".encode(encoding) + b"\xff\xff")


def test_in_a_binary_file_six_characters_are_looked_at() -> None:
    assert found(b"\0\xff\x01a@b.cd\0", "a@b.cd")
    assert not found(b"\0\xff\x01a@b.c\0", "a@b.c")
    assert found(b"\0\xff\x01\xff" + "a@b.cd".encode("utf-16-le") + b"\xff\xff", "a@b.cd")
    assert not found(b"\0\xff\x01\xff" + "a@b.c".encode("utf-16-le") + b"\xff\xff", "a@b.c")
    assert found(b"\0\xff\x01" + "a@b.cd".encode("utf-16-be") + b"\xff\xff", "a@b.cd")
    assert not found(b"\0\xff\x01" + "a@b.c".encode("utf-16-be") + b"\xff\xff", "a@b.c")


RICH = {
    "a character": (r"{\rtf1 jinji\'40kure}", "jinji@kure"),
    "a character by its number": (r"{\rtf1 jinji\u64?kure}", "jinji@kure"),
    "a number and a space": (r"{\rtf1 jinji\u64 kure}", "jinji@kure"),
    "a number, a space and a stand-in": (r"{\rtf1 jinji\u64 ?kure}", "jinji@kure"),
    "a number below zero, as Word writes a full-width sign": (
        r"{\rtf1 jinji\u-224?kure}", "jinji＠kure",
    ),
    "the highest number": (r"{\rtf1 jinji\u-1?}", "jinji\uffff"),
    "a number too high": (r"{\rtf1 jinji\u65600?kure}", "jinji@kure"),
    "a word that begins like a number's": (r"{\rtf1 jin\ul ji}", "jinji"),
    "a word of control": (r"{\rtf1 \b jinji\b0 @}", "jinji@"),
    "a word with a number": (r"{\rtf1 \li720 jinji}", "jinji"),
    "a word with a negative number": (r"{\rtf1 \li-720 jinji}", "jinji"),
    "two words side by side": (r"{\rtf1\ansi\b jinji}", "jinji"),
    "groups": (r"{\rtf1 jin{\b ji}@{kure}}", "jinji@kure"),
    "line breaks": ("{\\rtf1 jin\r\nji\n@kure}", "jinji@kure"),
    "the last letter": (r"{\rtf1 jin\zwj ji}", "jinji"),
    "a hyphen that is seen only at a line's end": (r"{\rtf1 jin\-ji}", "jinji"),
    "a backslash that means nothing": (r"{\rtf1 jin\1ji}", r"jin\1ji"),
    "a space that is meant": (r"{\rtf1 \b  jinji}", " jinji"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "plain"), RICH.values(), ids=RICH)
def test_rich_text_is_read_without_its_marks(content: str, plain: str) -> None:
    assert plain in list(texts(content.encode(), Budget()))


@pytest.mark.parametrize("digit", "0123456789abcdefABCDEF")
def test_each_digit_of_a_character_in_rich_text_is_known(digit: str) -> None:
    text = rf"{{\rtf1 x\'{digit}{digit}y}}"
    assert f"x{chr(int(digit * 2, 16))}y" in list(texts(text.encode(), Budget()))


def test_rich_text_is_searched_beside_what_no_encoding_can_hold() -> None:
    assert found(rb"{\rtf1 \u-10179?\u-8704? jinji\u-224?kure.example}")


def test_a_text_that_is_not_rich_keeps_its_signs() -> None:
    assert list(texts(b"{a} \\b ", Budget())) == ["{a} \\b "] * 4


def test_a_text_that_names_its_encoding_is_read_once() -> None:
    assert list(texts(codecs.BOM_UTF8 + b"about a@b.example", Budget())) == ["about a@b.example"]


HIDING = {
    "the comment of an archive": files.zip_with_comments(WIDE.encode(), b""),
    "the comment of an entry": files.zip_with_comments(b"", WIDE.encode()),
    "the comment of an archive from Windows": files.zip_with_comments(WIDE.encode("cp932"), b""),
    "the comment of an entry from Windows": files.zip_with_comments(b"", WIDE.encode("cp932")),
    "a name": files.zipped((f"{OTHER}.txt", b"x")),
    "a name in Japanese": files.zipped((f"名簿 {WIDE}.txt", b"x")),
    "a name from Windows": files.zip_named_in_windows(f"名簿 {WIDE}.txt"),
    "an entry": files.zipped(("a", b"x"), ("b", OTHER.encode())),
    "an archive behind a picture": b"\xff\xd8\xff\xe0" + files.zipped(("a", OTHER.encode())),
    "four archives deep": nested(4),
    "a PDF": files.pdf(OTHER, compressed=True),
    "a PDF that begins late": b"%" * 1019 + files.pdf(OTHER, compressed=True),
    "an archive behind a PDF": files.pdf("x") + files.zipped(("a", OTHER.encode())),
    "a file attached to a PDF": files.pdf_with(attached="a.txt", content=WIDE.encode()),
    "its name": files.pdf_with(attached=f"{WIDE}.txt", content=b"x"),
    "archives attached to a PDF": files.pdf_with(attached="a.zip", content=nested(3)),
}


@pytest.mark.parametrize("content", HIDING.values(), ids=HIDING)
def test_an_address_is_found_in(content: bytes) -> None:
    assert found(content)


FAULTS = {
    "an archive packed as it is, spoiled": (files.damaged_zip(zipfile.ZIP_STORED), "damaged"),
    "deflate, spoiled": (files.damaged_zip(zipfile.ZIP_DEFLATED), "damaged"),
    "bzip2, spoiled": (files.damaged_zip(zipfile.ZIP_BZIP2), "damaged"),
    "LZMA, spoiled": (files.damaged_zip(zipfile.ZIP_LZMA), "damaged"),
    "an unknown way of packing": (files.zip_packed_by(97), "damaged"),
    "an archive that ends early": (files.zip_longer_than_itself(), "damaged"),
    "only the head of an archive": (b"PK\x03\x04" + b"x" * 40, "damaged"),
    "only the end of one": (b"PK\x05\x06" + b"x" * 4, "damaged"),
    "a part of one": (b"PK\x07\x08" + b"x" * 40, "damaged"),
    "five archives deep": (nested(5), "too_deep"),
    "four deep, attached to a PDF": (
        files.pdf_with(attached="a.zip", content=nested(4)), "too_deep",
    ),
    "a PDF deep inside, and an archive attached to it": (
        nested(3, files.pdf_with(attached="a.zip", content=nested(1))), "too_deep",
    ),
    "a password": (files.locked_zip(), "encrypted"),
    "an encrypted workbook": (files.locked_workbook(), "encrypted"),
    "what is left of one": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted",
    ),
    "an encrypted OpenDocument": (
        files.zipped(("META-INF/manifest.xml", b"<x encryption-data/>")), "encrypted",
    ),
    "an encrypted PDF": (files.pdf("x", locked=True), "encrypted"),
    "a PDF cut short": (b"%PDF-1.4\nx", "damaged"),
    "a password on an archive behind a PDF": (files.pdf("x") + files.locked_zip(), "encrypted"),
    "an archive behind a PDF, spoiled": (
        files.pdf("x") + files.damaged_zip(zipfile.ZIP_DEFLATED), "damaged",
    ),
}  # fmt: skip
NO_FAULTS = {
    "an OpenDocument": files.zipped(("META-INF/manifest.xml", b"<x/>")),
    "a word in another entry": files.zipped(("content.xml", b"encryption-data")),
    "a text about PDF": b" " * 1100 + b"%PDF-1.4 begins every PDF",
    "a PDF in which something looks like an archive": files.pdf("x")
    + b"PK\x05\x06\0\0\0\0\1\0\1\0\x2e\0\0\0\0\0\0\0\0\0",
    "an empty archive": b"PK\x05\x06" + bytes(18),
    "what is no Office file after all": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and @ home",
}


@pytest.mark.parametrize(("content", "why"), FAULTS.values(), ids=FAULTS)
def test_a_file_cannot_be_looked_into_for(content: bytes, why: str) -> None:
    assert reason(content) == why


@pytest.mark.parametrize("content", NO_FAULTS.values(), ids=NO_FAULTS)
def test_a_file_can_be_looked_into(content: bytes) -> None:
    assert list(texts(content, Budget()))


class Office:
    """An old Office file, of which msoffcrypto says whether it is encrypted."""

    answer: bool | Exception = False

    def __init__(self, _: Any) -> None:
        if isinstance(self.answer, Exception):
            raise self.answer

    def is_encrypted(self) -> bool:
        assert isinstance(self.answer, bool)
        return self.answer


@pytest.mark.parametrize("answer", [True, False, ValueError("no Office file")])
def test_an_old_office_file_is_asked_whether_it_is_encrypted(
    answer: bool | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Office, "answer", answer)
    monkeypatch.setattr(extract.msoffcrypto, "OfficeFile", Office)
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0" + OTHER.encode()
    if answer is True:
        assert reason(content) == "encrypted"
    else:
        assert found(content)
    assert found(b"\0\0" + content)  # another kind of file is not asked


def test_a_budget_is_spent_to_the_last_byte_and_entry() -> None:
    budget = Budget(bytes_left=5, entries_left=3)
    for size in (5, 0, 0):
        budget.take(size)
    with pytest.raises(Unsearchable, match="too_large"):
        budget.take(0)
    with pytest.raises(Unsearchable, match="too_large"):
        Budget(bytes_left=5).take(6)


LARGE = {
    "an archive": files.zipped(("a", b"x" * 6), ("b", b"x" * 5)),
    "an archive in an archive": files.zipped(("a", b"x" * 11)),
    "a file attached to a PDF": files.pdf_with(attached="a", content=b"x" * 11),
}


@pytest.mark.parametrize("content", LARGE.values(), ids=LARGE)
def test_what_is_unpacked_counts(content: bytes) -> None:
    assert reason(content, Budget(bytes_left=10)) == "too_large"
    assert list(texts(content, Budget(bytes_left=11)))


def test_entries_count() -> None:
    content = files.zipped(("a", b""), ("b", b""))
    assert reason(content, Budget(entries_left=1)) == "too_large"
    assert list(texts(content, Budget(entries_left=2)))


def test_an_ordinary_file_may_have_5000_entries_and_150_megabytes() -> None:
    assert Budget() == Budget(bytes_left=150 * 1024 * 1024, entries_left=5000)
