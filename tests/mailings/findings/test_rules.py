"""Every rule speaks on a case built from what really happened, and is quiet on its neighbour."""

from __future__ import annotations

import pytest

from eventmail.mailings import findings
from eventmail.mailings.findings import CODES, RULES, Finding, Level, Where
from eventmail.mailings.findings.ground import Ground, History
from tests.mailings.findings.cases import CASES, ORDINARY
from tests.mailings.findings.grounds import RECIPIENTS, ground
from tests.mailings.findings.more_cases import QUIET, SPEAKS


def everything(ground: Ground) -> list[Finding]:
    return [*findings.of_content(ground.content), *findings.of_ground(ground)]


def codes(ground: Ground) -> set[str]:
    return {each.code for each in everything(ground)}


@pytest.mark.parametrize("code", CASES)
def test_speaks_on_the_real_case(code: str) -> None:
    case, _ = CASES[code]
    assert code in codes(case)


@pytest.mark.parametrize("code", CASES)
def test_is_quiet_on_the_nearest_innocent_case(code: str) -> None:
    _, innocent = CASES[code]
    assert code not in codes(innocent)


@pytest.mark.parametrize("name", SPEAKS)
def test_speaks_also(name: str) -> None:
    code, case = SPEAKS[name]
    assert code in codes(case)


@pytest.mark.parametrize("name", QUIET)
def test_is_quiet_also(name: str) -> None:
    code, case = QUIET[name]
    assert code not in codes(case)


def test_every_registered_code_has_both_cases() -> None:
    assert set(CASES) == set(CODES)
    assert len(CODES) == len(RULES)


def test_an_ordinary_mailing_has_nothing_to_answer() -> None:
    assert [each.code for each in everything(ORDINARY)] == ["outside_jis"]


def every_finding() -> list[tuple[Ground, Finding]]:
    grounds = [case for pair in CASES.values() for case in pair]
    grounds += [case for _, case in (*SPEAKS.values(), *QUIET.values())]
    return [(ground, finding) for ground in grounds for finding in everything(ground)]


def test_each_finding_has_a_level_of_its_rule_and_a_whole_sentence() -> None:
    for _, finding in every_finding():
        assert finding.level in CODES[finding.code].levels
        assert finding.message.endswith("。")
        assert "  " not in finding.message


def test_no_sentence_repeats_a_participants_address_or_number() -> None:
    """The sentences travel further than the pages of the mailing: only companies are named."""
    for seen, finding in every_finding():
        for secret in (*seen.directory.addresses, *seen.directory.phones):
            assert secret not in finding.message, finding


def test_each_place_in_the_letter_is_a_span_of_what_was_written() -> None:
    for seen, finding in every_finding():
        for place in finding.places:
            if place.where in (Where.SUBJECT, Where.BODY) and place.start is not None:
                subject = place.where is Where.SUBJECT
                text = seen.content.subject if subject else seen.content.body
                assert place.end is not None
                assert 0 <= place.start < place.end <= len(text)


def test_the_heaviest_findings_come_first() -> None:
    case, _ = CASES["participant_address"]
    levels = [list(Level).index(each.level) for each in findings.of_ground(case)]
    assert levels == sorted(levels)


def test_where_all_are_new_none_stands_out() -> None:
    """The checker sees flagged rows first: a flag on every row is none."""
    everybody = ground(history=History())
    one = ground(history=History(ever=frozenset(each.address for each in RECIPIENTS[1:])))
    shown = [first_time(each) for each in (everybody, one)]
    assert shown == [(), (RECIPIENTS[0].contact_id,)]


def first_time(ground: Ground) -> tuple[int, ...]:
    (finding,) = [each for each in everything(ground) if each.code == "first_time"]
    assert finding.place is not None
    return finding.place.contact_ids
