"""Random meetings: companies that look alike, letters, files, and now and then a leak in them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from hypothesis import strategies as st

from eventmail.addresses import EmailAddress
from eventmail.mailings.rendering import OfficeAddresses
from eventmail.mailings.snapshot import Attachment, Content, Recipient
from tests.wire import files
from tests.wire.samples import OFFICE, REPLIES

LONG = "kabushikigaisha-" + "hirono" * 6 + ".saiyo-kyoiku-jinji-kenshu." + "aozora" * 8 + ".example"
DOMAINS = (
    "aozora.example",
    "mail.aozora.example",
    "kure-seiki.example",
    "kure.example",
    "docomo.ne.jp",
    "青空.example",
    LONG,
)
# No name with "at" in it: in capitals the gate reads SATO as S@O, which is safe but no rule.
LOCALS = (
    "ken", "mori.ken", "mori-ken", "mori_ken", "ken1", "kenn", "Ken.Mori", "k",
    "jinji", "jinji+2026", "o_hara", "a..b", "1", "x" * 64,
)  # fmt: skip
# No letter A: in brackets the gate reads it as a spoken sign, and B(A)Ltd.が as an address.
PIECES = (
    "髙﨑", "①㈱", "株式会社", "有限会社青空", " ", "　", ",", "(", "]", "【", "😀", "👩‍👩‍👧", "が",
    "か\u3099", "B", "=?", "?=", ":", ";", "'", "&amp;", "%42", "-", "QUJD", "ソ能表", "Ltd.",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
NAMES = TEXTS.map("株{}".format)
FIELDS = st.sampled_from(
    ["", "{宛名}", "｛会社名｝", "{担当者名}{敬称}", "{部署}", "{イベント名}", "{開催日}", "{不明}"]
)
HARMLESS = ("1,000円@1個.税込", "会場：info@kaikan.example", str(OFFICE), "アットホームな会社です")


@dataclass(frozen=True)
class Leak:
    """One participant's address in a disguise, and where it was put."""

    owner: EmailAddress
    text: str
    place: str
    seen: bool  # whether decoding alone uncovers it, or it takes a person's wits
    company: int = 0  # for place "company": in whose name


@dataclass(frozen=True, repr=False)
class Meeting:
    """What a press needs, without a database."""

    content: Content
    office: OfficeAddresses
    files: dict[str, bytes]
    leak: Leak | None

    def __repr__(self) -> str:
        return f"{self.leak}, {self.content}"

    def own(self, participant_id: int) -> frozenset[str]:
        return frozenset(each.key for each in self.office.by_participant[participant_id])


def _each(wrap: str) -> Callable[[str], str]:
    return lambda address: "".join(wrap.format(char) for char in address)


DISGUISES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": str.upper,
    "in Japanese": lambda a: f"連絡先「{a}」まで",
    "full width": lambda a: "".join(chr(ord(c) + 0xFEE0) for c in a),
    "the sign full width": lambda a: a.replace("@", "＠"),
    "zero-width spaces": _each("{}\u200b"),
    "struck through": _each("{}\u0336"),
    "soft hyphens": _each("{}\u00ad"),
    "percent-encoded": lambda a: a.replace("@", "%40"),
    "percent-encoded twice": lambda a: a.replace("@", "%2540"),
    "HTML entities": lambda a: "".join(f"&#{ord(c)};" for c in a),
    "a named entity": lambda a: a.replace("@", "&commat;"),
    "base64": lambda a: base64.b64encode(a.encode()).decode(),
    "base64 for links": lambda a: base64.urlsafe_b64encode(a.encode()).decode().rstrip("="),
    "hexadecimal": lambda a: a.encode().hex(),
}
SPOKEN: dict[str, Callable[[str], str]] = {
    "[at]": lambda a: a.replace("@", "[at]"),
    "(at)": lambda a: a.replace("@", " (at) "),
    "アットマーク": lambda a: a.replace("@", "アットマーク"),
    "a star": lambda a: a.replace("@", "★"),
    "spaces around the sign": lambda a: a.replace("@", " @ "),
    "a Japanese domain": lambda a: a.encode().decode("idna"),
}


FILES: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "text": ("text/plain", str.encode),
    "text in UTF-16": ("text/plain", lambda t: t.encode("utf-16")),
    "text in Shift_JIS": ("text/plain", lambda t: t.encode("cp932", "ignore") or b"x"),
    "csv": ("text/csv", lambda t: f"会社,メール\r\n呉,{t}\r\n".encode()),
    "web page": ("text/html", lambda t: f"<p>{t}</p>".encode()),
    "zip": ("application/zip", lambda t: files.zipped(("図.txt", t.encode()))),
    "zip in zip": (
        "application/zip",
        lambda t: files.zipped(("a.zip", files.zipped(("図.txt", t.encode())))),
    ),
    "binary": ("application/octet-stream", lambda t: b"\xff\xfe\xfd\x00" + t.encode() + b"\0\xff"),
    "workbook": ("application/x.xlsx", files.workbook),
    "hidden sheet": ("application/x.xlsx", lambda t: files.workbook("表", hidden=t)),
}
# PDF text needs a font for more than ASCII, and Shift_JIS lacks some disguises' characters.
ONLY_ASCII = {"text in Shift_JIS", "pdf", "pdf, packed", "binary"}
PDFS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "pdf": ("application/pdf", files.pdf),
    "pdf, packed": ("application/pdf", lambda t: files.pdf(t, compressed=True)),
    "pdf link": ("application/pdf", lambda t: files.pdf("map", link=f"mailto:{t}")),
}
ALL_FILES = FILES | PDFS
PLACES = ("body", "subject", "company", "name", "filename", "file")


@st.composite
def addresses(draw: st.DrawFn) -> EmailAddress:
    domain = draw(st.sampled_from(DOMAINS))
    dots = "docomo" in domain
    local = draw(st.sampled_from([each for each in LOCALS if dots or ".." not in each]))
    return EmailAddress.parse(f"{local}@{domain}")


@st.composite
def rosters(draw: st.DrawFn) -> tuple[Recipient, ...]:
    """2 to 4 companies with 1 to 3 contacts; now and then two of them share an address."""
    found: list[Recipient] = []
    for participant_id in range(1, draw(st.integers(2, 4)) + 1):
        company = draw(NAMES)
        count = {"min_size": 1, "max_size": 3}
        for address in draw(st.lists(addresses(), unique_by=lambda each: each.key, **count)):
            found.append(
                Recipient(
                    participant_id=participant_id,
                    contact_id=len(found) + 1,
                    company=company,
                    department=draw(st.sampled_from(["", "人事部", "採用課（新卒）"])),
                    title="",
                    name=draw(TEXTS).strip(),
                    address=str(address),
                )
            )
    return tuple(found)


@st.composite
def leaks(draw: st.DrawFn, roster: tuple[Recipient, ...]) -> Leak:
    owner = draw(st.sampled_from(roster)).email
    seen = draw(st.booleans() | st.just(True))
    disguise = draw(st.sampled_from(sorted(DISGUISES if seen else SPOKEN)))
    text = (DISGUISES if seen else SPOKEN)[disguise](str(owner))
    place = draw(st.sampled_from(PLACES))
    if len(text) > 150 or set(text) & set('/\\"'):
        place = "body"  # the other places do not take every text
    return Leak(owner, text, place, seen, draw(st.sampled_from(roster)).participant_id)


@st.composite
def meetings(draw: st.DrawFn) -> Meeting:
    roster = draw(rosters())
    leak = draw(st.none() | leaks(roster))
    subject = f"ご案内{draw(TEXTS)}{draw(FIELDS)}"
    lines = [*draw(st.lists(TEXTS | FIELDS | st.sampled_from(HARMLESS), max_size=6)), "以上"]
    names, made = [], dict[str, bytes]()
    for kind in draw(st.lists(st.sampled_from(sorted(ALL_FILES)), max_size=3)):
        media_type, write = ALL_FILES[kind]
        content = write("map" if kind in ONLY_ASCII | set(PDFS) else draw(NAMES))
        names.append(_attachment(f"{draw(NAMES)}.bin", media_type, content, made))
    sender = f"ひろ野公共職業安定所{draw(TEXTS)}"
    content = _content(sender, subject, lines, f"交換会{draw(TEXTS)}", tuple(names), roster)
    if leak:
        content = _spoilt(content, leak, draw(st.sampled_from(sorted(ALL_FILES))), made)
    return Meeting(content, _office(roster), made, leak)


def spoilt_meeting(disguise: str, place: str) -> Meeting:
    """Three companies, one with two contacts; the address of the first stands in ``place``."""
    roster = tuple(
        Recipient(company, number, f"株式会社{company}", "", "", "", address)
        for number, (company, address) in enumerate(
            [
                (1, "jinji@kure-seiki.example"),
                (1, "ken@aozora.example"),
                (2, "mori.ken@aozora.example"),
                (3, "k@kure.example"),
            ]
        )
    )
    write = (DISGUISES | SPOKEN)[disguise]
    owner = roster[0].email
    leak = Leak(owner, write(str(owner)), place, disguise in DISGUISES, company=2)
    made: dict[str, bytes] = {}
    content = _content("ひろ野", "ご案内{会社名}", ["{宛名}", "以上"], "交換会", (), roster)
    return Meeting(_spoilt(content, leak, "zip in zip", made), _office(roster), made, leak)


def _content(
    sender: str,
    subject: str,
    lines: list[str],
    event: str,
    materials: tuple[Attachment, ...],
    roster: tuple[Recipient, ...],
) -> Content:
    return Content(
        mailing_id=1, revision=1, purpose="案内", mode="individual",
        sender_name=sender, sender_address=str(OFFICE), reply_to=str(REPLIES),
        subject=subject, body="\n".join(lines), html=len(subject) % 2 == 0,
        event_name=event, event_date=date(2026, 12, 9),
        event_hours="10時から", event_place="大ホール",
        materials=materials, recipients=roster,
    )  # fmt: skip


def _attachment(name: str, media_type: str, raw: bytes, made: dict[str, bytes]) -> Attachment:
    digest = hashlib.sha256(raw).hexdigest()
    made[digest] = raw
    return Attachment(name, media_type, len(raw), digest)


def _spoilt(content: Content, leak: Leak, kind: str, made: dict[str, bytes]) -> Content:
    """The content with the address put in its place."""
    if leak.place == "body":
        return replace(content, body=f"{content.body}\n。\n{leak.text}\n。")
    if leak.place == "subject":
        return replace(content, subject=f"ご案内 {leak.text}")
    if leak.place in ("company", "name"):
        body = f"{content.body}\n{{会社名}}\n{{担当者名}}\n。"
        hit = (leak.place, leak.company, leak.text)
        people = tuple(_renamed(each, *hit) for each in content.recipients)
        return replace(content, subject="ご案内", body=body, recipients=people)
    if leak.place == "filename":
        spoilt = _attachment(f"図 {leak.text} .txt", "text/plain", b"map", made)
    else:
        media_type, write = ALL_FILES[kind if _fits_pdf(leak.text) else "csv"]
        spoilt = _attachment("図.bin", media_type, write(leak.text), made)
    return replace(content, materials=(*content.materials, spoilt))


def _fits_pdf(text: str) -> bool:
    return text.isascii() and len(text) < 150 and not set(text) & set("()\\")


def _renamed(each: Recipient, field: str, participant_id: int, text: str) -> Recipient:
    if each.participant_id != participant_id:
        return each
    return replace(each, **{field: f"株式会社 {text} 様"})


def _office(roster: tuple[Recipient, ...]) -> OfficeAddresses:
    own: dict[int, set[EmailAddress]] = {}
    for each in roster:
        own.setdefault(each.participant_id, set()).add(each.email)
    return OfficeAddresses(
        ours=frozenset((OFFICE, REPLIES)),
        known=frozenset(each.email.key for each in roster),
        by_participant={number: frozenset(some) for number, some in own.items()},
    )
