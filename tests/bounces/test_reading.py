"""What each mail of the corpus says: bounces with their classes, automatic answers, people."""

from __future__ import annotations

import pytest

from eventmail.bounces.reading import Report, read
from eventmail.bounces.reading.judging import judged
from eventmail.bounces.reading.reader import read_here
from eventmail.bounces.reading.report import Told
from tests.bounces.answers import PEOPLE, PROGRAMS
from tests.bounces.mails import BOX, RETURNED, TO, Case, block, report
from tests.bounces.notices import NOTICES
from tests.bounces.reports import DSN, REPORTS

CORPUS = {**REPORTS, **NOTICES, **PROGRAMS, **PEOPLE}
REASONS = {
    "550 5.1.1 User unknown": "このアドレスは存在しないと返ってきました。",
    "550 5.1.2 Host unknown": "アドレスの@から後ろが見つからないと返ってきました。",
    "552 5.2.2 Over quota": "相手のメールボックスがいっぱいです。",
    "550 5.2.1 Mailbox disabled": "このアドレスは使用が止められていると返ってきました。",
    "550 5.7.1 looks like spam": "迷惑メールと判定されたか、相手の受信の決まりで断られました。",
    "550 #5.1.0 Address rejected.": "このアドレスは存在しないと返ってきました。",
    "551 User not local; please try elsewhere": "このアドレスは存在しないと返ってきました。",
    "アドレスが見つからなかったため、配信されませんでした": (
        "このアドレスは存在しないと返ってきました。"
    ),
    "受信トレイがいっぱいのため": "相手のメールボックスがいっぱいです。",
    "メッセージはブロックされました": (
        "迷惑メールと判定されたか、相手の受信の決まりで断られました。"
    ),
    "550 5.1.0 Sender rejected": "差出人のアドレスが受け付けられませんでした。",
    "550 Unrouteable mail domain": "アドレスの@から後ろが見つからないと返ってきました。",
    "554 go away": "相手のサーバーに受け取りを断られました。理由ははっきりしません。",
}


def lines(found: Report) -> tuple[str, ...]:
    return tuple(
        " ".join(filter(None, (each.address, each.action, each.status, each.kind.value)))
        for each in found.recipients
    )


@pytest.mark.parametrize("case", CORPUS.values(), ids=CORPUS)
def test_corpus(case: Case) -> None:
    found = read_here(case.raw)
    assert (found.kind.value, lines(found)) == (case.kind, case.told)
    assert all(each.reason.endswith("。") for each in found.recipients)


@pytest.mark.parametrize(("words", "reason"), REASONS.items(), ids=REASONS)
def test_the_reason_is_a_sentence_in_japanese(words: str, reason: str) -> None:
    assert judged(Told(TO, "failed", "", words)).reason == reason


def test_a_phone_may_have_refused_and_the_sentence_says_so() -> None:
    told = Told("taro@docomo.ne.jp", "failed", "5.1.1", "550 Unknown user")
    assert "指定受信" in judged(told).reason


def test_it_tells_which_mail_came_back_and_to_which_mailbox() -> None:
    found = read_here(DSN)
    assert found.returned_ids == (RETURNED,)
    assert found.sent_to == (BOX,)


def test_an_answer_tells_which_mail_it_answers() -> None:
    assert read_here(PEOPLE["an ordinary answer"].raw).returned_ids == (RETURNED,)


def test_the_form_of_the_json_is_the_promised_one() -> None:
    assert read_here(DSN).as_json() == {
        "kind": "bounce",
        "recipients": [
            {
                "address": TO,
                "action": "failed",
                "status": "5.1.1",
                "class": "hard",
                "reason": "このアドレスは存在しないと返ってきました。",
            }
        ],
    }


def test_in_the_child_it_reads_the_same() -> None:
    raw = report(block("5.1.1", "550 5.1.1 ユーザー不明"))
    assert read(raw) == read_here(raw)
    assert read(raw).readable
