"""Recovery codes: ten, seen once, each good once, unreadable where they are kept."""

from __future__ import annotations

import math
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eventmail.accounts.factors import recovery, service
from eventmail.accounts.factors.models import RecoveryCode
from eventmail.accounts.factors.service import Way
from eventmail.sealing import Sealer
from tests.accounts.factors.conftest import MEANS, Holder


def test_a_code_cannot_be_guessed() -> None:
    assert math.log2(len(set(recovery.LETTERS)) ** recovery.LENGTH) >= 64


def test_each_of_ten_codes_works_once(holder: Holder) -> None:
    codes = _renew(holder)
    assert len(set(codes)) == recovery.COUNT
    for left, code in zip(range(9, -1, -1), codes, strict=True):
        assert _prove(holder, code) is Way.RECOVERY
        assert _prove(holder, code) is None
        assert _left(holder) == left


@pytest.mark.parametrize(
    "typed",
    [str.lower, lambda c: c.replace("-", ""), lambda c: f" {c.replace('-', ' ')} "],
    ids=["small letters", "without hyphens", "with blanks"],
)
def test_a_code_may_be_typed_as_people_type(holder: Holder, typed: object) -> None:
    code = _renew(holder)[0]
    assert callable(typed)
    assert _prove(holder, typed(code)) is Way.RECOVERY


def test_new_codes_end_the_ones_before(holder: Holder) -> None:
    before, after = _renew(holder), _renew(holder)
    assert _prove(holder, before[0]) is None
    assert _prove(holder, after[0]) is Way.RECOVERY
    assert _left(holder) == 9


def test_a_colleagues_code_does_not_work(holder: Holder, colleague: Holder) -> None:
    assert _prove(holder, _renew(colleague)[0]) is None


def test_one_of_two_requests_at_once_gets_in(holder: Holder) -> None:
    code, start, answers = _renew(holder)[0], threading.Barrier(2), []

    def enter() -> None:
        start.wait()
        answers.append(_prove(holder, code))

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers, key=str) == [None, Way.RECOVERY]


def test_the_database_keeps_no_code_and_takes_none_twice(holder: Holder) -> None:
    codes = _renew(holder)
    _prove(holder, codes[0])
    with holder.database.reading() as session:
        stored = " ".join(session.scalars(sa.select(RecoveryCode.digest)))
    assert not any(code in stored or recovery.plain(code) in stored for code in codes)
    with pytest.raises(IntegrityError, match="used_again"), holder.database.writing() as session:
        session.execute(sa.update(RecoveryCode).values(used_at=None))


def test_a_sheet_outlives_the_change_of_the_key(holder: Holder) -> None:
    code = _renew(holder)[0]
    after = replace(MEANS, sealer=Sealer((b"the new key", *MEANS.sealer.keys)))
    without = replace(MEANS, sealer=Sealer((b"the new key",)))
    with holder.database.writing() as session:
        assert service.prove(session, without, holder.staff.id, code) is None
        assert service.prove(session, after, holder.staff.id, code) is Way.RECOVERY


def test_only_a_whole_sheet_of_ones_own_is_given_as_a_file(
    holder: Holder, colleague: Holder
) -> None:
    codes, others = _renew(holder), _renew(colleague)
    cases = {"own": (codes, True), "part": (codes[1:], False), "none": ([], False)}
    cases |= {"another's": (others, False), "one more": ([*codes, others[0]], False)}
    with holder.database.reading() as session:
        for name, (given, own) in cases.items():
            answer = recovery.are_own(session, MEANS.sealer, holder.staff.id, given)
            assert answer is own, name


def _renew(holder: Holder) -> list[str]:
    with holder.database.writing() as session:
        return recovery.renew(session, MEANS.sealer, holder.staff.id)


def _prove(holder: Holder, code: str) -> Way | None:
    with holder.database.writing() as session:
        return service.prove(session, MEANS, holder.staff.id, code)


def _left(holder: Holder) -> int:
    with holder.database.reading() as session:
        return recovery.remaining(session, holder.staff.id)
