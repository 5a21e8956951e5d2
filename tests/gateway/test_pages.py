"""The page for whoever runs the mail server: rules, mails to try them, and a look at one's own."""

from __future__ import annotations

import io
from collections.abc import Callable
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from eventmail import sample
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.gateway.targets import BY_KEY
from tests.gateway.cases import out
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
ASKED = {"limit": "4", "own": "himesato.example.jp", "url": "https://mail.himesato.example.jp"}
QUERY = urlencode(ASKED)
STORY = f"From: saiyo@himesato.example.jp\r\nTo: {out(12)}\r\nCc: {out(3, 12)}\r\n\r\nHello\r\n"


def test_it_begins_with_the_domains_of_the_offices_mailboxes(sign_in: SignIn) -> None:
    page = sign_in("manager").get("/gateway")
    assert "himesato-anteisho.example" in page.text
    assert "外部の宛先が5件以上のメールを断ります" in page.text
    assert {each.name for each in BY_KEY.values()} <= {
        each.text.strip().removesuffix("確認だけ").strip() for each in page.all("summary")
    }


def test_each_rule_and_each_mail_can_be_taken_as_a_file(sign_in: SignIn) -> None:
    browser = sign_in("manager")
    names = [f"rules/{each}" for each in BY_KEY]
    names += ["messages/01-pass-1.eml", "messages/02-refuse-3.eml", "messages.zip"]
    for name in names:
        found = browser.raw(f"/gateway/{name}?{QUERY}")
        assert found.status_code == 200
        assert found.headers["Content-Disposition"].startswith("attachment; filename=")
        assert found.data
        found.close()
    assert browser.raw("/gateway/rules/qmail").status_code == 404
    assert browser.raw(f"/gateway/messages/x.eml?{QUERY}").status_code == 404


def test_what_is_asked_for_is_in_the_links_and_can_be_passed_on(sign_in: SignIn) -> None:
    page = sign_in("manager").get(f"/gateway?{QUERY}&limit=9")
    links = [each.attributes.get("href") or "" for each in page.all("a")]
    rules = [each for each in links if "/gateway/rules/" in each]
    assert len(rules) == len(BY_KEY)
    assert all("own=himesato.example.jp" in each for each in rules)


WRONG = {
    "no number": ({"limit": "x"}, "1から50までの整数"),
    "too small": ({"limit": "0"}, "1から50までの整数"),
    "too large": ({"limit": "51"}, "1から50までの整数"),
    "no domain": ({"own": " "}, "ドメインを1つ以上"),
    "an address": ({"own": "a@b.example"}, "ドメインとして読めません"),
    "a pattern": ({"own": "example.jp .*"}, "「.*」はドメインとして読めません"),
    "too many domains": ({"own": " ".join(f"a{n}.jp" for n in range(21))}, "20件まで"),
    "no place": ({"url": "mail.example.jp"}, "https://mail.example.lg.jp の形"),
    "a place with a quote": ({"url": "https://a.jp/'"}, "https://mail.example.lg.jp の形"),
    "a script": ({"url": "javascript:alert(1)"}, "https://mail.example.lg.jp の形"),
    "English that is none": ({"english": "だめ"}, "半角の英数字と記号だけ"),
}


def test_what_is_wrong_is_told_beside_what_was_typed(sign_in: SignIn) -> None:
    browser = sign_in("manager")
    for name, (typed, sentence) in WRONG.items():
        page = browser.get("/gateway?" + urlencode(ASKED | typed), status=422)
        assert sentence in page.text, name
        assert "規則（8種類）" not in page.text, name
    again = browser.raw("/gateway?" + urlencode(ASKED | {"own": 'a"<b'})).get_data(as_text=True)
    assert "a&#34;&lt;b" in again


def test_a_link_to_a_rule_that_is_wrong_leads_back_to_the_form(sign_in: SignIn) -> None:
    page = sign_in("manager").get("/gateway/rules/exim?limit=0&own=a.jp&url=x", status=422)
    assert "1から50までの整数" in page.text


def judged(browser: Pages, *, status: int = 200, **data: object) -> Page:
    return browser.post(f"/gateway?{QUERY}", data, status=status)


def test_a_mail_is_looked_at_and_told_for_each_target(sign_in: SignIn) -> None:
    browser = sign_in("manager")
    page = judged(browser, mail=(io.BytesIO(STORY.encode()), "sent.eml"))
    assert "この規則なら止まります" in page.text
    assert "外部の宛先がToに12件、Ccに3件（あわせて15件）あり" in page.text
    assert "1つのヘッダーの中だけを数えます（いちばん多いのはTo）" in page.text
    assert "j…@kigyo0.example" in page.text
    assert "jinji@" not in page.text
    split = f"To: {out(3)}\r\nCc: {out(2, 3)}"
    page = judged(browser, header=split)
    cells = [each.text.strip() for each in page.all("tr")]
    told = {line.split("\n")[0]: "止まる" in line for line in cells}
    assert told[BY_KEY["exim"].name]
    assert not told[BY_KEY["postfix"].name]


def test_one_that_passes_says_so(sign_in: SignIn) -> None:
    page = judged(sign_in("manager"), header=f"To: {out(4)}\nBcc: {out(9)}")
    assert "この規則では止まりません" in page.text
    assert "Bccのヘッダーが残っています" in page.text


UNFIT = {
    "nothing": ({}, "ファイルを選ぶか、ヘッダーを貼り付けてください"),
    "no mail": ({"header": "こんにちは"}, "メールとして読めませんでした"),
    "both": ({"header": "To: a@b.jp", "mail": b"To: a@b.jp"}, "どちらか一方だけ"),
    "Outlook's own": ({"mail": bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 99}, "Outlookの形式"),
    "too large": ({"mail": b"To: a@b.jp\n" * 1_000_000}, "ファイルが大きすぎます"),
    "too much text": ({"header": "To: a@b.jp\n" * 20_000}, "貼り付けた文字が多すぎます"),
}


def test_what_cannot_be_looked_at_is_told_in_one_sentence(sign_in: SignIn) -> None:
    browser = sign_in("manager")
    for name, (sent, sentence) in UNFIT.items():
        data: dict[str, object] = dict(sent)
        if isinstance(content := data.get("mail"), bytes):
            data["mail"] = (io.BytesIO(content), "sent.eml")
        assert sentence in judged(browser, status=422, **data).text, name


def test_the_mail_is_kept_nowhere(sign_in: SignIn, app: Flask, database: Database) -> None:
    browser = sign_in("manager")
    browser.get("/gateway")
    records = count_of_records(database)
    judged(browser, mail=(io.BytesIO(STORY.encode()), "sent.eml"))
    judged(browser, header=STORY)
    assert count_of_records(database) == records
    folder = app.extensions["eventmail"].settings.data_dir
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert not [each for each in files if b"kigyo11.example" in each.read_bytes()]


def count_of_records(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(sa.select(sa.func.count()).select_from(AuditEntry)).one()


def test_a_head_that_does_not_end_counts_as_refused(sign_in: SignIn) -> None:
    endless = (io.BytesIO(b"To: a@b.jp\nX: " + b"x" * 2_000_000), "sent.eml")
    page = judged(sign_in("manager"), mail=endless)
    assert "止めるものとして扱います" in page.text


def test_the_administrator_begins_with_the_domains_of_all_offices(
    app: Flask, database: Database, sign_in: SignIn
) -> None:
    with database.writing() as session:
        sample.load_outside(session)
    account = next(e for e in sample.story()["outside"] if e["standing"] == "administrator")
    browser = Pages(app)
    browser.sign_in(account["login"], account["password"])
    assert "メールサーバーの規則" in browser.get("/administration").text
    assert "himesato-anteisho.example" in browser.get("/gateway").text


def test_the_way_there_is_where_somebody_looks_for_it(sign_in: SignIn) -> None:
    browser = sign_in("manager")
    for path in ("/", "/settings"):
        links = [each.attributes.get("href") for each in browser.get(path).all("a")]
        assert "/gateway" in links, path
    others = [each.attributes.get("href") for each in sign_in("author").get("/").all("a")]
    assert "/gateway" not in others
