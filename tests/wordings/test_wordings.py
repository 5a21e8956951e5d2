"""The wordings that a letter may begin with: built in, an office's copies, its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings.findings import Level, of_ground
from eventmail.mailings.letter import FIELDS, Letter, used_fields
from eventmail.offices.permissions import Forbidden
from eventmail.sample import People
from eventmail.wordings import service
from eventmail.wordings.builtin import TEXTS, Text, signed
from eventmail.wordings.models import WordingKind, WordingVersion
from tests.mailings.findings.grounds import ground
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
THANKS = Text("お礼", "【{イベント名}】お礼", "{宛名}\n\nありがとうございました。\n")


def names(database: Database, people: People) -> list[str]:
    with database.reading() as session:
        return [each.text.name for each in service.offers(session, people.author.office)]


BUILT_IN = [
    *("案内", "資料送付", "変更のお知らせ", "欠席連絡へのお礼", "お詫び"),
    *("お詫びと取り扱い", "訂正の送付", "宛先の誤りのお詫び"),
]


class TestBuiltIn:
    def test_every_office_begins_with_the_built_in_ones(
        self, database: Database, people: People
    ) -> None:
        assert names(database, people) == BUILT_IN

    @pytest.mark.parametrize("kind", TEXTS, ids=[each.value for each in TEXTS])
    def test_each_opens_with_the_addressee_and_uses_only_fields_that_there_are(
        self, kind: WordingKind
    ) -> None:
        text = TEXTS[kind]
        used = used_fields(Letter(text.subject, text.body))
        assert text.body.startswith("{宛名}\n\n")
        assert set(used) <= set(FIELDS)
        assert "イベント名" in used
        assert not [word for word in ("御中", "様", "○○", "@") if word in text.body]

    def test_each_is_signed_with_the_offices_name(self, people: People) -> None:
        offer = service.standard(WordingKind.APOLOGY, people.author.office)
        assert offer.text.body.rstrip().splitlines()[-2] == people.author.office.name


def seen(text: Text, filled: str, office: str) -> list[tuple[str, Level]]:
    """What the rules say to a built-in wording, with this in place of ●●."""
    body = signed(text.body, office).replace("●●", filled)
    found = of_ground(ground(subject=text.subject, body=body))
    return [(each.code, each.level) for each in found if each.level is not Level.NOTE]


class TestFindings:
    """To a company that takes part only the reply to its absence sounds wrong."""

    @pytest.mark.parametrize("kind", TEXTS, ids=[each.value for each in TEXTS])
    def test_a_wording_that_is_filled_in_is_an_ordinary_letter(
        self, kind: WordingKind, people: People
    ) -> None:
        absence = [("negative_to_participants", Level.WARN)]
        expected = absence if kind is WordingKind.ABSENCE else []
        assert seen(TEXTS[kind], "12月4日（金）", people.author.office.name) == expected

    @pytest.mark.parametrize(
        "kind",
        [
            *(WordingKind.ANNOUNCEMENT, WordingKind.CHANGE, WordingKind.APOLOGY),
            *(WordingKind.INCIDENT_HANDLING, WordingKind.INCIDENT_CORRECTION),
            WordingKind.INCIDENT_APOLOGY,
        ],
    )
    def test_what_only_a_person_knows_cannot_be_forgotten(
        self, kind: WordingKind, people: People
    ) -> None:
        found = seen(TEXTS[kind], "●●", people.author.office.name)
        assert found == [("placeholder", Level.BLOCK)]


class TestOfAnOffice:
    def test_a_copy_takes_the_place_of_the_built_in_one_and_gives_it_back(
        self, database: Database, people: People
    ) -> None:
        with database.writing() as session:
            copy = service.add_wording(
                session, people.author, WordingKind.CHANGE, Text("変更（本所）", "変更", "本文")
            )
        assert names(database, people)[2] == "変更（本所）"
        with database.writing() as session:
            own = service.get_wording(session, people.author, copy.id)
            service.set_retired(session, people.author, own, True)
        assert names(database, people) == BUILT_IN

    def test_a_copy_that_was_given_up_goes_on_with_all_its_versions(
        self, database: Database, people: People
    ) -> None:
        for number in (1, 2):
            with database.writing() as session:
                copy = service.add_wording(
                    session, people.author, WordingKind.CHANGE, Text(f"第{number}", "件名", "本文")
                )
                service.set_retired(session, people.author, copy, True)
        assert [each.name for each in copy.versions] == ["第1", "第2"]

    def test_its_own_come_after_the_usual_ones(self, database: Database, people: People) -> None:
        for _ in range(2):
            with database.writing() as session:
                service.add_wording(session, people.author, WordingKind.OWN, THANKS)
        assert names(database, people) == [*BUILT_IN, "お礼", "お礼"]

    def test_every_version_says_who_wrote_it_and_stays(
        self, database: Database, people: People
    ) -> None:
        with database.writing() as session:
            wording = service.add_wording(session, people.author, WordingKind.OWN, THANKS)
            later = Text("お礼", "件名", "直した本文")
            service.change_wording(session, people.author, wording, later, seen=1)
            assert [each.written_by for each in wording.versions] == [people.author.id] * 2
            subject = f"wording:{wording.id}"
        with database.reading() as session:
            query = sa.select(AuditEntry.details).where(AuditEntry.subject == subject)
            assert session.scalars(query).all() == [{"version": 1}, {"version": 2}]

    @pytest.mark.parametrize(
        "statement",
        [
            sa.update(WordingVersion).values(body="別の本文"),
            sa.delete(WordingVersion),
        ],
        ids=["rewritten", "deleted"],
    )
    def test_no_version_is_ever(
        self, database: Database, people: People, statement: sa.Executable
    ) -> None:
        with database.writing() as session:
            service.add_wording(session, people.author, WordingKind.OWN, THANKS)
        with pytest.raises(DBAPIError, match="guard wording_versions"), database.writing() as s:
            s.execute(statement)

    def test_whoever_saw_an_older_version_overwrites_nothing(
        self, database: Database, people: People
    ) -> None:
        with database.writing() as session:
            wording = service.add_wording(session, people.author, WordingKind.OWN, THANKS)
            service.change_wording(session, people.author, wording, THANKS, seen=1)
            with pytest.raises(UserError, match="ほかの職員が保存しました"):
                service.change_wording(session, people.author, wording, THANKS, seen=1)

    def test_whoever_of_two_copies_the_same_one_second_is_told(
        self, database: Database, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with database.writing() as session:
            service.add_wording(session, people.author, WordingKind.CHANGE, THANKS)
        with database.writing() as session:
            with pytest.raises(UserError, match="ほかの職員が保存しました"):
                service.add_wording(session, people.author, WordingKind.CHANGE, THANKS)
            # As when the other's row was not to be seen yet.
            monkeypatch.setattr(service, "_given_up", lambda *_: None)
            with pytest.raises(UserError, match="ほかの職員が保存しました"):
                service.add_wording(session, people.author, WordingKind.CHANGE, THANKS)
        assert names(database, people).count("お礼") == 1

    def test_an_unknown_field_is_refused(self, database: Database, people: People) -> None:
        text = Text("お礼", "件名", "{社名}様")
        with (
            database.writing() as session,
            pytest.raises(UserError, match=r"「\{社名\}」はありません"),
        ):
            service.add_wording(session, people.author, WordingKind.OWN, text)

    def test_only_authors_write(self, database: Database, people: People) -> None:
        for actor in (people.checker, people.approver):
            with database.writing() as session, pytest.raises(Forbidden):
                service.add_wording(session, actor, WordingKind.OWN, THANKS)


def typed(page: Page, **changes: str) -> dict[str, str]:
    shown = {
        str(each.attributes["name"]): each.attributes.get("value") or ""
        for each in page.all("input")
        if each.attributes.get("name") in ("name", "subject", "kind", "version")
    }
    return shown | {"body": page.all("textarea")[0].text.lstrip("\r\n")} | changes


class TestPages:
    def test_a_built_in_one_is_made_the_offices_own(self, sign_in: SignIn, meeting: object) -> None:
        author = sign_in("author")
        page = author.get("/wordings/new?from=apology")
        assert "お詫び申し上げます" in page.all("textarea")[0].text
        page = author.post("/wordings/new", typed(page, subject="【{イベント名}】お詫び"))
        assert "ひな形「お詫び」を保存しました。" in page.text
        assert "標準を直したもの" in page.text
        page = author.post("/wordings/1/retire")
        assert "標準の文面に戻しました" in page.text

    def test_the_history_shows_what_changed(self, sign_in: SignIn, meeting: object) -> None:
        author = sign_in("author")
        author.post(
            "/wordings/new", {"name": "礼", "subject": "お礼", "body": "よい一日を", "kind": "own"}
        )
        page = author.get("/wordings/1/edit")
        author.post("/wordings/1/edit", typed(page, body="よい一年を"))
        page = author.get("/wordings/1")
        assert [each.text for each in page.all("del")] == [
            "なくなった部分：一日（なくなった部分ここまで）"
        ]
        assert "加わった部分：一年" in page.text
        assert "森下 あかりさん" in page.text

    def test_an_old_version_saved_again_keeps_what_was_typed(
        self, sign_in: SignIn, meeting: object
    ) -> None:
        author = sign_in("author")
        author.post("/wordings/new", {"name": "礼", "subject": "礼", "body": "礼", "kind": "own"})
        old = typed(author.get("/wordings/1/edit"), body="あとから書いた")
        author.post("/wordings/1/edit", typed(author.get("/wordings/1/edit"), body="先に書いた"))
        page = author.post("/wordings/1/edit", old, status=409)
        assert "あとから書いた" in page.all("textarea")[0].text

    @pytest.mark.parametrize("missing", ["name", "subject", "body"])
    def test_a_missing_part_is_named(self, sign_in: SignIn, meeting: object, missing: str) -> None:
        sent = {"name": "礼", "subject": "お礼", "body": "礼", "kind": "own"} | {missing: " "}
        page = sign_in("author").post("/wordings/new", sent, status=422)
        assert "入力してください。" in page.text

    def test_one_that_is_not_offered_can_be_taken_up_again(
        self, sign_in: SignIn, meeting: object
    ) -> None:
        author = sign_in("author")
        author.post("/wordings/new", {"name": "礼", "subject": "礼", "body": "礼", "kind": "own"})
        assert "外したひな形" in author.post("/wordings/1/retire").text
        assert "外したひな形" not in author.post("/wordings/1/offer").text

    def test_checkers_read_and_do_not_write(self, sign_in: SignIn, meeting: object) -> None:
        checker = sign_in("checker")
        assert "新しいひな形を作る" not in checker.get("/wordings").text
        checker.get("/wordings/new", status=403)
