"""The pages of the record, as those who lead, who answer and who only look see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from eventmail import clock
from eventmail.database import Database
from eventmail.incidents.models import Incident
from eventmail.incidents.record import chronicle, chronology, reporting, service
from eventmail.incidents.record.chronicle import Words
from eventmail.incidents.record.deadlines import Assessed, Own
from eventmail.incidents.record.service import Plan
from eventmail.incidents.record.suggestions import CAUSES, MEASURES
from eventmail.sample import People
from tests.incidents import story
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
NOTHING = Assessed(sensitive=False, financial=False, malicious=False)
NO = dict.fromkeys(("sensitive", "financial", "malicious"), "no")
TOLD = {"on": "2023-05-31", "time": "11:25", "seen": "0"}
THURSDAY = story.WEDNESDAY + timedelta(days=1)
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def at(leak: int) -> Callable[[str], str]:
    return lambda rest: f"/incidents/{leak}/{rest}"


At = Callable[[str], str]


def buttons(page: Page) -> list[str]:
    return [each.text.strip() for each in page.elements if each.tag in ("a", "button")]


# what is typed, the status, and what is told
WRONG: dict[str, tuple[dict[str, str], int, str]] = {
    "no day": ({"on": "", "time": "15:00"}, 422, "日付を入力してください"),
    "the year one": ({"on": "0001-01-01", "time": "00:00"}, 422, "2000年から2100年"),
    "too early": ({"on": "2023-05-30", "time": "15:00"}, 409, "気づいた日時より前"),
    "an old page": ({"on": "2023-05-31", "time": "15:00", "seen": "9"}, 409, "書き直しました"),
    "nonsense for a version": (
        {"on": "2023-05-31", "time": "15:00", "seen": "x"},
        409,
        "書き直しました",
    ),
    "an address": (
        {"on": "2023-05-31", "time": "15:00", "number": "a@b.example"},
        409,
        "@",
    ),
}


class TestDeadlines:
    def test_three_questions_decide_whether_the_commission_is_told(
        self, sign_in: SignIn, at: At
    ) -> None:
        browser = sign_in("manager")
        page = browser.get(at("deadlines"))
        assert "まだ決まっていません" in page.text
        assert "次の期限：所内の報告" in page.text
        assert "令和5年5月31日（水）まで" in page.text or "2023年5月31日（水）" in page.text
        page = browser.post(at("assessment"), {**NO, "note": "会社の連絡先だけ", "seen": "0"})
        assert "判断を保存しました" in page.text
        assert "100人を超えません：7人" in page.text
        assert "個人情報の保護に関する法律 第68条第1項" in page.text
        assert page.text.count("当たらない") >= 4

    def test_an_unanswered_question_is_told_and_the_answers_stay(
        self, sign_in: SignIn, at: At
    ) -> None:
        browser = sign_in("manager")
        page = browser.post(
            at("assessment"), {"sensitive": "yes", "note": "病歴", "seen": "0"}, status=422
        )
        assert "「はい」か「いいえ」を選んでください。" in page.text
        assert [e.attributes["value"] for e in page.all("input") if "checked" in e.attributes] == [
            "yes"
        ]

    def test_what_is_overdue_is_said(self, sign_in: SignIn, at: At) -> None:
        assert "期限を過ぎています" in sign_in("manager").get(at("deadlines")).text

    def test_a_report_is_written_down_and_taken_back(self, sign_in: SignIn, at: At) -> None:
        browser = sign_in("manager")
        page = browser.get(at("reports/bureau"))
        assert page.h1 == "労働局への報告"
        page = browser.post(
            at("reports/bureau"),
            {"on": "2023-05-31", "time": "15:00", "number": "総発12", "seen": "0"},
        )
        assert "報告したことを記録しました" in page.text
        assert "総発12" in page.text
        page = browser.post(at("reports/bureau/take-back"), {"note": "", "seen": "1"})
        assert "記録を取り消す理由" in page.text
        page = browser.post(at("reports/bureau/take-back"), {"note": "別の件", "seen": "1"})
        assert "取り消しました" in page.text
        assert "前の記録は取り消されています" in browser.get(at("reports/bureau")).text

    @pytest.mark.parametrize("case", WRONG)
    def test_a_wrong_report_is_told_and_keeps_what_was_typed(
        self, case: str, sign_in: SignIn, at: At
    ) -> None:
        typed, status, told = WRONG[case]
        browser = sign_in("manager")
        page = browser.post(
            at("reports/bureau"), {"note": "電話で", "seen": "0", **typed}, status=status
        )
        assert told in page.text
        assert "電話で" in [e.attributes.get("value") for e in page.all("input")]

    def test_there_is_no_duty_of_another_name(self, sign_in: SignIn, at: At) -> None:
        sign_in("manager").get(at("reports/x"), status=404)

    def test_the_office_sets_its_own_deadlines(
        self, database: Database, people: People, sign_in: SignIn, at: At
    ) -> None:
        browser = sign_in("manager")
        page = browser.post("/incidents/own-deadlines", {"internal": "1", "bureau": "none"})
        assert "所の期限を保存しました" in page.text
        with database.reading() as session:
            assert reporting.own(session, people.manager.office.id) == Own(1, None)
        page = browser.get(at("deadlines"))
        assert "知った日から1開庁日以内" in page.text
        assert "所の期限を決めていません" in page.text
        browser.post("/incidents/own-deadlines", {"internal": "99", "bureau": "0"}, status=422)

    def test_who_only_answers_sees_no_forms(self, sign_in: SignIn, at: At) -> None:
        found = buttons(sign_in("author").get(at("deadlines")))
        assert not {"3つの質問に答える", "報告したことを記録する"} & set(found)


class TestChronology:
    def test_somebody_adds_a_line(self, sign_in: SignIn, at: At) -> None:
        browser = sign_in("author")
        page = browser.post(
            at("chronology/new"), {**TOLD, "text": "職員Aが送信済みメールを見て気づいた。"}
        )
        assert "経過に書き加えました" in page.text
        assert "職員Aが送信済みメールを見て気づいた。" in page.text
        assert "令和5年5月31日（水）11:25" in page.text

    def test_what_was_typed_stays_where_it_is_not_taken(self, sign_in: SignIn, at: At) -> None:
        browser = sign_in("author")
        page = browser.post(
            at("chronology/new"),
            {**TOLD, "text": "ひかり精工に送った。", "public": "ひかり精工に送った。"},
            status=409,
        )
        assert "事業所A" in page.text
        assert next(each.text.strip() for each in page.all("textarea")) == "ひかり精工に送った。"

    def test_a_line_is_corrected_and_its_first_words_stay(self, sign_in: SignIn, at: At) -> None:
        browser = sign_in("checker")
        page = browser.get(at("chronology/noticed"))
        assert "経過に載せない" not in page.text, "that is for those who lead"
        page = browser.post(
            at("chronology/noticed"),
            {**TOLD, "time": "11:30", "text": "職員が気づいた。", "note": "聞き取り"},
        )
        assert "経過を直しました" in page.text
        assert f"元の文：{story.OPENING.noticed_how}" in page.text
        assert "理由：聞き取り" in page.text

    def test_only_the_words_change_where_the_moment_was_not_touched(
        self, database: Database, leak: int, sign_in: SignIn, at: At
    ) -> None:
        opened = clock.in_tokyo(self._entry(database, leak, "opened").at)
        sign_in("author").post(
            at("chronology/opened"),
            {
                "on": opened.date().isoformat(),
                "time": f"{opened:%H:%M}",
                "text": "対応を始めた。",
                "note": "短く",
                "seen": "0",
            },
        )
        assert self._entry(database, leak, "opened").at == opened

    def test_those_who_lead_leave_a_line_out_and_take_it_in_again(
        self, sign_in: SignIn, at: At
    ) -> None:
        browser = sign_in("manager")
        page = browser.post(
            at("chronology/opened/leave-out"), {"note": "外には関係がない", "seen": "0"}
        )
        assert "載せないことにしたもの（1件）" in page.text
        assert "理由：外には関係がない" in page.text
        assert "もう一度載せる" in browser.get(at("chronology/opened")).text
        page = browser.post(at("chronology/opened/put-back"), {"note": "やはり", "seen": "1"})
        assert "載せないことにしたもの" not in page.text

    def test_for_others_nobody_is_named(
        self, database: Database, people: People, leak: int, sign_in: SignIn, at: At
    ) -> None:
        name = people.author.staff.name
        with database.writing() as session:
            words = Words(story.NOTICED, f"{name}が、なぎさ水産に電話した。")
            chronicle.add(session, people.author, session.get_one(Incident, leak), words)
        page = sign_in("author").get(at("chronology?for=others"))
        (main,) = page.all("main")
        assert name not in main.text
        assert "なぎさ" not in main.text
        assert "職員Aが、事業所Aに電話した。" in page.text

    def test_when_it_is_over_nothing_is_written_any_more(
        self, database: Database, people: People, leak: int, sign_in: SignIn, at: At
    ) -> None:
        from eventmail.incidents import service as incidents

        with database.writing() as session:
            found = session.get_one(Incident, leak)
            incidents.close(session, people.manager, found, "終えた", found.version)
        browser = sign_in("manager")
        assert "経過を書き加える" not in buttons(browser.get(at("chronology")))
        page = browser.post(at("chronology/new"), {**TOLD, "text": "x"}, status=409)
        assert "対応を終えています" in page.text

    @staticmethod
    def _entry(database: Database, leak: int, key: str) -> chronology.Entry:
        with database.reading() as session:
            found = chronology.find(session, session.get_one(Incident, leak), key)
            assert found is not None
            return found


class TestMeasures:
    def test_ready_causes_are_taken_with_one_press(self, sign_in: SignIn, at: At) -> None:
        browser = sign_in("manager")
        assert "よくある原因から選ぶ" in browser.get(at("measures")).text
        for text in CAUSES:
            page = browser.post(at("causes"), {"text": text})
        assert "原因（2件）" in page.text
        assert "よくある原因から選ぶ" not in page.text
        page = browser.post(at("causes/1/drop"), {"note": "違った", "seen": "1"})
        assert "原因（1件）" in page.text

    def test_a_ready_measure_is_filled_up(self, people: People, sign_in: SignIn, at: At) -> None:
        browser = sign_in("manager")
        page = browser.get(at("measures/new?ready=inspection"))
        assert MEASURES[3].text in [each.text.strip() for each in page.all("textarea")]
        page = browser.post(
            at("measures/new"),
            {
                "text": MEASURES[3].text,
                "level": "office",
                "owner": people.author.id,
                "due_on": "2023-06-09",
                "training": "yes",
            },
        )
        assert "再発防止策（1件のうち0件を実施済み）" in page.text
        assert "自主点検を割り当てる" in buttons(page)
        assert people.author.staff.name in page.text

    def test_a_measure_nobody_owns_is_told_and_keeps_what_was_typed(
        self, sign_in: SignIn, at: At
    ) -> None:
        page = sign_in("manager").post(
            at("measures/new"),
            {"text": "会議を開く", "level": "office", "owner": "0", "due_on": "2023-06-01"},
            status=409,
        )
        assert "担当を、職員から選ぶか" in page.text
        assert "会議を開く" in [each.text.strip() for each in page.all("textarea")]

    def test_its_owner_finishes_it_and_others_do_not(
        self, database: Database, people: People, leak: int, sign_in: SignIn, at: At
    ) -> None:
        self._measure(database, people, leak)
        other = sign_in("checker")
        assert "実施したことを記録する" not in buttons(other.get(at("measures/1")))
        done = {"done-done_on": "2023-06-01", "done-note": "全員", "done-seen": "1"}
        other.post(at("measures/1/done"), done, status=403)
        owner = sign_in("author")
        page = owner.post(at("measures/1/done"), {**done, "done-done_on": ""}, status=422)
        assert "全員" in [e.attributes.get("value") for e in page.all("input")]
        page = owner.post(at("measures/1/done"), done)
        assert "1件のうち1件を実施済み" in page.text
        page = owner.post(at("measures/1/take-back"), {"note": "まだだった", "seen": "2"})
        assert "1件のうち0件を実施済み" in page.text

    def test_those_who_lead_change_it_and_give_it_up(
        self, database: Database, people: People, leak: int, sign_in: SignIn, at: At
    ) -> None:
        self._measure(database, people, leak)
        browser = sign_in("approver")
        form = {
            "text": "教材を配り、理解を確かめる",
            "level": "office",
            "owner": people.author.id,
            "due_on": "2023-06-02",
            "note": "増やした",
            "seen": "1",
        }
        page = browser.post(at("measures/1"), form)
        assert "教材を配り、理解を確かめる" in page.text
        browser.post(at("measures/1"), form, status=409)
        page = browser.get(at("measures/1"))
        assert "これまでの記録（2件）" in page.text
        assert "増やした" in page.text
        page = browser.post(at("measures/1/drop"), {"note": "別の策にした", "seen": "2"})
        assert "再発防止策は、まだありません" in page.text
        browser.get(at("measures/1"), status=404)

    def test_what_is_overdue_is_said(
        self, database: Database, people: People, leak: int, sign_in: SignIn, at: At
    ) -> None:
        self._measure(database, people, leak)
        assert "期限を過ぎています" in sign_in("auditor").get(at("measures")).text

    @staticmethod
    def _measure(database: Database, people: People, leak: int) -> None:
        plan = Plan("教材を配る", owner_id=people.author.id, due_on=THURSDAY)
        with database.writing() as session:
            service.add_measure(session, people.manager, session.get_one(Incident, leak), plan)


class TestIncidentsPage:
    def test_it_says_what_is_due_and_what_is_late(
        self, database: Database, people: People, leak: int, sign_in: SignIn
    ) -> None:
        TestMeasures._measure(database, people, leak)
        page = sign_in("author").get(f"/incidents/{leak}")
        assert "次の期限：所内の報告" in page.text
        assert "まだ決まっていません" in page.text
        assert "再発防止策1件のうち0件を実施済み" in page.text
        assert "1件が期限を過ぎています" in page.text

    def test_when_all_is_reported_it_says_so(
        self, database: Database, people: People, leak: int, sign_in: SignIn
    ) -> None:
        with database.writing() as session:
            found = session.get_one(Incident, leak)
            reporting.set_own(session, people.manager, Own(None, None))
            reporting.assess(session, people.manager, found, NOTHING, 0)
        assert "すべて済んでいます" in sign_in("author").get(f"/incidents/{leak}").text


LINE = {"on": "2023-05-31", "time": "11:30", "note": "違う"}
MEASURE = {"level": "office", "owner": "0", "owner_name": "局", "due_on": "2023-06-02"}
# where it is saved; what the colleague saved before; what one saves oneself
OVERTAKEN: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "a judgement": ("assessment", {**NO, "sensitive": "yes"}, {**NO, "note": "自分の理由"}),
    "a line": (
        "chronology/noticed",
        {**LINE, "text": "同僚の文です。"},
        {**LINE, "text": "自分の文です。"},
    ),
    "a measure": ("measures/1", {**MEASURE, "text": "同僚の策"}, {**MEASURE, "text": "自分の策"}),
}


@pytest.mark.parametrize("case", OVERTAKEN)
def test_whoever_was_overtaken_sees_what_counts_now_and_can_save_again(
    case: str, database: Database, people: People, leak: int, sign_in: SignIn, at: At
) -> None:
    place, theirs, mine = OVERTAKEN[case]
    seen = "1" if case == "a measure" else "0"
    if case == "a measure":
        with database.writing() as session:
            plan = Plan("教材を配る", owner_name="局", due_on=date(2023, 6, 1))
            service.add_measure(session, people.manager, session.get_one(Incident, leak), plan)
    sign_in("approver").post(at(place), {**theirs, "seen": seen})
    browser = sign_in("manager")
    page = browser.post(at(place), {**mine, "seen": seen}, status=409)
    assert "書き直しました" in page.text
    assert ("はい" if case == "a judgement" else theirs["text"]) in page.text
    (now,) = {
        e.attributes["value"] for e in page.all("input") if e.attributes.get("name") == "seen"
    }
    assert now == str(int(seen) + 1)
    browser.post(at(place), {**mine, "seen": now})
