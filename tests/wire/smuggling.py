"""What attackers and accidents write: mails that are no longer the composed one, and the ways in
which another participant's address can stand in a text or in a file.

Shared by the gate's own tests and by the catalogue in ``tests/attacks``.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.wire import files
from tests.wire.samples import material


def line(new: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(b"MIME-Version", new + b"\r\nMIME-Version", 1)


def instead(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return change


MUTATIONS = {
    "a second To": ("duplicate_header", line(b"To: jinji@kure-seiki.example")),
    "two addresses in To": ("to", instead(b"To: saiyo", b"To: jinji@kure-seiki.example, saiyo")),
    "another participant in To": ("to", instead(b"saiyo@aozora", b"jinji@kure-seiki")),
    "a colleague in To": ("to", instead(b"To: saiyo@aozora", b"To: sato.ken@aozora")),
    "the office in To": ("to", instead(b"To: saiyo@aozora", b"To: gakusotsu@hirono")),
    "a group in To": ("to", instead(b"To: ", b"To: all: ")),
    "a name in To": (
        "to",
        instead(b"To: saiyo@aozora.example", b"To: Sato <saiyo@aozora.example>"),
    ),
    "a comment in To": (
        "to",
        instead(b"aozora.example", b"aozora.example (jinji@kure-seiki.example)"),
    ),
    "a domain in capitals": ("to", instead(b"To: saiyo@aozora", b"To: saiyo@AOZORA")),
    "needless quotes": ("to", instead(b"To: saiyo@aozora", b'To: "saiyo"@aozora')),
    "To in capitals": ("to", instead(b"To: saiyo@aozora", b"To: SAIYO@AOZORA")),
    "a Cc": ("forbidden_header", line(b"Cc: jinji@kure-seiki.example")),
    "a Cc to the recipient": ("forbidden_header", line(b"Cc: saiyo@aozora.example")),
    "a Bcc": ("forbidden_header", line(b"Bcc: jinji@kure-seiki.example")),
    "a Resent-To": ("forbidden_header", line(b"Resent-To: jinji@kure-seiki.example")),
    "an X- header": ("unknown_header", line(b"X-Recipients: jinji@kure-seiki.example")),
    "a list header": ("unknown_header", line(b"List-Id: <meeting.hirono.example>")),
    "a link to stop that is not its own": (
        "unsubscribe",
        line(b"List-Unsubscribe: <mailto:x@hirono.example>"),
    ),
    "a second Message-ID": ("duplicate_header", line(b"Message-ID: <x@hirono.example>")),
    "another sender": ("sender", instead(b"<gakusotsu@", b"<jinji@")),
    "a sender without a name": (
        "sender",
        lambda c: b"From: gakusotsu@hirono.example\r\n" + c[c.index(b"To:") :],
    ),
    "a second sender": ("sender", instead(b" <gakusotsu", b" <a@b.example>,\r\n <gakusotsu")),
    "another reply address": ("reply_to", instead(b"Reply-To: henshin", b"Reply-To: saiyo")),
    "the office's other mailbox": (
        "reply_to",
        instead(b"Reply-To: henshin", b"Reply-To: gakusotsu"),
    ),
    "two reply addresses": (
        "reply_to",
        instead(b"Reply-To: ", b"Reply-To: gakusotsu@hirono.example, "),
    ),
    "a strange date": ("date", instead(b"+0900", b"+0900 (jinji@kure-seiki.example)")),
    "another domain in the Message-ID": ("message_id", instead(b"04@hirono", b"04@host.hirono")),
    "a bare line feed": ("bare_newline", instead(b"\r\nTo", b"\nTo")),
    "an 8-bit byte": ("eight_bit", instead(b"Date: ", b"Date: \xe6")),
    "a NUL": ("nul", instead(b"Date: ", b"Date: \0")),
    "a long line": ("long_line", line(b"Comments: " + b"x" * 1000)),
    "a body in another charset": ("charset", instead(b"utf-8", b"shift_jis")),
    "an HTML body": ("mime", instead(b"text/plain", b"text/html")),
    "something after the body": (
        "base64",
        lambda content: content + b"jinji@kure-seiki.example\r\n",
    ),
}


DISGUISES = {
    "as it is": "jinji@kure-seiki.example",
    "in capitals": "JINJI@Kure-Seiki.Example",
    "in Japanese brackets": "連絡先「jinji@kure-seiki.example」まで",
    "with words around it": "TELは内線3jinji@kure-seiki.exampleへ",
    "after a digit": "03-1234-5678jinji@kure-seiki.example",
    "before digits": "jinji@kure-seiki.example03-1234-5678",
    "before Japanese": "jinji@kure-seiki.exampleまで",
    "at the end of a sentence": "Write to jinji@kure-seiki.example.",
    "in angle brackets": "<jinji@kure-seiki.example>",
    "as a link": "mailto:jinji@kure-seiki.example?subject=x",
    "in quotes": "'jinji@kure-seiki.example'",
    "after an equals sign": "https://hirono.example/?m=jinji@kure-seiki.example&x=1",
    "full width": "ｊｉｎｊｉ＠ｋｕｒｅ－ｓｅｉｋｉ．ｅｘａｍｐｌｅ",
    "only the sign full width": "jinji＠kure-seiki.example",
    "a small sign": "jinji﹫kure-seiki.example",
    "zero-width spaces": "jin\u200bji@\u200ckure-\u200dseiki.ex\ufeffample",
    "a soft hyphen": "jinji@kure-sei\u00adki.example",
    "direction marks": "\u202ejinji\u202c@kure-seiki.example",
    "a word joiner": "jinji\u2060@\u2060kure-seiki.example",
    "a Hangul filler": "jin\u3164ji@kure-seiki.example",
    "accents": "jíi\u0301nji@kure-seiki.example".replace("íi", "i"),
    "struck through": "j\u0336i\u0336n\u0336j\u0336i\u0336@kure-seiki.example",
    "mathematical letters": "𝐣𝐢𝐧𝐣𝐢@kure-seiki.example",
    "percent-encoded": "jinji%40kure-seiki.example",
    "percent-encoded twice": "jinji%2540kure-seiki.example",
    "wholly percent-encoded": "".join(f"%{byte:02x}" for byte in b"jinji@kure-seiki.example"),
    "HTML entities": "jinji&#64;kure-seiki&#x2e;example",
    "a named entity": "jinji&commat;kure-seiki.example",
    "entities twice": "jinji&amp;#64;kure-seiki.example",
    "tags inside": "jinji<b>@</b>kure-<wbr>seiki.example",
    "a comment inside": "jinji<!-- x -->@kure-seiki.example",
    "a line break after the sign": "jinji@\nkure-seiki.example",
    "a line break inside the domain": "jinji@kure-\n  seiki.example",
    "a line break inside the name": "jin\nji@kure-seiki.example",
    "spaces around the sign": "jinji @ kure-seiki.example",
    "spaced letters": " ".join("jinji@kure-seiki.example"),
    "[at]": "jinji[at]kure-seiki.example",
    "(at) and (dot)": "jinji (at) kure-seiki (dot) example",
    "at and dot in words": "jinji at kure-seiki dot example",
    "at in full-width brackets": "jinji【at】kure-seiki.example",
    "(a)": "jinji(a)kure-seiki.example",
    "アットマーク": "jinji アットマーク kure-seiki.example",
    "ドット": "jinji@kure-seikiドットexample",
    "a star for the sign": "jinji★kure-seiki.example",
    "a hash for the sign": "jinji#kure-seiki.example",
    "AT in capitals": "jinjiATkure-seiki.example",
    "_at_": "jinji_at_kure-seiki.example",
    "a Japanese full stop": "jinji@kure-seiki。example",
    "a JavaScript escape": "jinji\\u0040kure-seiki.example",
    "quoted-printable": "jinji=40kure-seiki.exam=\nple",
    "base64": "aW5qaUAgamluamlAa3VyZS1zZWlraS5leGFtcGxl",
    "base64 in a link": "https://hirono.example/u/amluamlAa3VyZS1zZWlraS5leGFtcGxl/x",
    "base64 without its end": "?u=amluamlAa3VyZS1zZWlraS5leGFtcGxl&v=1",
    "base64, moved by one": "IGppbmppQGt1cmUtc2Vpa2kuZXhhbXBsZQ==",
    "base64, moved by two": "ICBqaW5qaUBrdXJlLXNlaWtpLmV4YW1wbGU=",
    "base64 in a query after letters": "https://hirono.example/?u=xamluamlAa3VyZS1zZWlraS5leGFtcGxl",
    "hexadecimal": b"jinji@kure-seiki.example".hex(),
    "a no-break hyphen from Word": "jinji@kure\u2011seiki.example",
    "a typographic hyphen": "jinji@kure\u2010seiki.example",
    "a dash from autocorrection": "jinji@kure–seiki.example",
    "a minus sign": "jinji@kure−seiki.example",
    "a long vowel mark for the hyphen": "jinji@kureーseiki.example",
    "a half-width long vowel mark": "jinji@kureｰseiki.example",
    "a middle dot for the full stop": "jinji@kure-seiki·example",
    "glued behind another address": "saiyo@aozora.examplejinji@kure-seiki.example",
    "glued before another address": "jinji@kure-seiki.examplesaiyo@aozora.example",
    "Cyrillic letters": "jіnjі@kurе-sеіkі.example",
    "Greek letters": "jιnjι@kure-seιkι.example",
    "small capitals": "ᴊɪɴᴊɪ@ᴋᴜʀᴇ-ꜱᴇɪᴋɪ.example",
    "letters in black squares": "🅹🅸🅽🅹🅸@kure-seiki.example",
    "letters of flags": "🇯🇮🇳🇯🇮@kure-seiki.example",
    "letters in circles": "ⓙⓘⓝⓙⓘ@kure-seiki.example",
    "invisible tags": "".join(chr(0xE0000 + ord(c)) for c in "jinji@kure-seiki.example"),
    "written from right to left": "\u202eelpmaxe.ikies-eruk@ijnij\u202c",
    "a citation broken inside the domain": "> jinji@kure-\n> seiki.example",
    "a list broken behind the sign": "・jinji@\n・kure-seiki.example",
    "with brackets against robots": "jinji[@]kure-seiki[.]example",
    "(at mark)": "jinji(at mark)kure-seiki.example",
    "@マーク": "jinji@マークkure-seiki.example",
    "change the sign yourself": "jinji（＠を半角に）kure-seiki.example",
    "UTF-7": "jinji+AEA-kure-seiki+AC4-example",
    "an entity without its semicolon": "jinji&#64kure-seiki.example",
    "a letter a line": "\n".join("jinji@kure-seiki.example"),
    "an encoded word": "=?UTF-8?Q?jinji=40kure-seiki.example?=",
    "inside a quoted name": '"jinji"@kure-seiki.example',
}


OTHER = "jinji@kure-seiki.example"
SPREADING = {
    "a text": OTHER.encode(),
    "a text in Shift_JIS": "連絡先：ｊｉｎｊｉ＠kure-seiki.example".encode("cp932"),
    "a text in EUC-JP": "連絡先：ｊｉｎｊｉ＠kure-seiki.example".encode("euc_jp"),
    "a text in ISO-2022-JP": "ｊｉｎｊｉ＠kure-seiki.example".encode("iso2022_jp"),
    "a text in UTF-16": f"連絡先 {OTHER}".encode("utf-16"),
    "a binary file": b"\xff\xfe\xfd\x00\x01" + OTHER.encode() + b"\x00\xff",
    "a binary file in UTF-16": b"\xff\x00\xfd\xfc" + OTHER.encode("utf-16-le") + b"\xff\xff",
    "a web page": b"<p>jinji<b>@</b>kure-seiki.example</p>",
    "a rich text": rb"{\rtf1 jinji\'40kure-{\b seiki}.example}",
    "a cell": files.workbook(OTHER),
    "a hidden sheet": files.workbook(hidden=OTHER),
    "a comment": files.workbook(comment=OTHER),
    "a document property": files.workbook(title=OTHER),
    "a Word text in split runs": files.word_with_split_runs("jin", "ji@kure-", "seiki.example"),
    "an archive": files.zipped(("a.txt", OTHER.encode())),
    "a name in an archive": files.zipped((f"{OTHER}.txt", b"x")),
    "a full-width name in an archive": files.zipped(("ｊｉｎｊｉ＠kure-seiki.example.txt", b"x")),
    "a name from Windows": files.zip_named_in_windows("ｊｉｎｊｉ＠kure-seiki.example.txt"),
    "an archive in an archive": files.zipped(("a.zip", files.zipped(("b.txt", OTHER.encode())))),
    "a workbook in an archive": files.zipped(("a.xlsx", files.workbook(OTHER))),
    "a picture with an archive behind it": b"\xff\xd8\xff\xe0"
    + files.zipped(("a", OTHER.encode())),
    "a PDF": files.pdf(OTHER),
    "a compressed PDF": files.pdf(OTHER, compressed=True),
    "a link in a PDF": files.pdf(link=f"mailto:{OTHER}"),
    "the title of a PDF": files.pdf(title=OTHER),
    "a PDF in an archive": files.zipped(("a.pdf", files.pdf(OTHER, compressed=True))),
}


LOCKED = {
    "a zip with a password": files.locked_zip(),
    "a workbook with a password": files.locked_workbook(),
    "a PDF with a password": files.pdf("x", locked=True),
    "a locked workbook in a zip": files.zipped(("a.xlsx", files.locked_workbook())),
    "a 7z": b"7z\xbc\xaf\x27\x1c\x00\x04" + b"x" * 40,
    "a damaged zip": files.zipped(("a", b"x" * 100))[:60],
}


FILE = material("図", "図.txt")
WRONG_FILES = {
    "one more": ((FILE, material("秘", "秘.txt")), (FILE,)),
    "one less": ((), (FILE,)),
    "another version": ((FILE,), (material("図2", "図.txt"),)),
    "another name": ((FILE,), (material("図", "絵.txt"),)),
    "another order": ((FILE, material("絵")), (material("絵"), FILE)),
}
