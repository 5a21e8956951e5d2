"""The measurement of growing judges deaths right, and its parts say what they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.scale import report
from benchmarks.scale.failover import Failed, silence
from benchmarks.scale.ground import ground
from benchmarks.scale.sending import Sent, Spent
from tests.faults.verdict import Verdict

WELL = Failed(
    "worker", 0.1, 0.0, 90.0, 95.0, 0, 1,
    Verdict(100, 97, 3, (), (), ()), most_uncertain=80,
)  # fmt: skip
SENT = Sent(1_000, 1, 12.0, 2.0, Spent(2.0, 1.0, 0.5, 0.8, 1e6, 100), Spent(1, 1, 0, 0, 0, 120),
            50_000_000, 1.0, 0.5)  # fmt: skip


@pytest.mark.parametrize(
    ("times", "longest"),
    [
        pytest.param([9.0, 10.1, 10.2, 10.3], 0.1, id="nothing was noticed"),
        pytest.param([9.0, 15.0, 15.1], 5.0, id="nobody sent at once"),
        pytest.param([10.1, 11.0, 61.0, 61.1], 50.0, id="what was under way still arrived"),
        pytest.param([10.1, 13.1, 13.2, 90.0], 3.0, id="a later silence has another cause"),
        pytest.param([9.0], 0.0, id="nothing came after it"),
    ],
)
def test_the_silence_is_that_of_the_death(times: list[float], longest: float) -> None:
    assert silence(times, 10.0) == pytest.approx(longest)


@pytest.mark.parametrize(
    ("run", "clean"),
    [
        pytest.param(WELL, True, id="all is as promised"),
        pytest.param(replace(WELL, refused=1), False, id="the living refused a page"),
        pytest.param(replace(WELL, most_uncertain=2), False, id="uncertain without a cause"),
        pytest.param(
            replace(WELL, verdict=replace(WELL.verdict, lost=("a@a.example",))), False, id="lost"
        ),
        pytest.param(
            replace(WELL, verdict=replace(WELL.verdict, doubled=("a@a.example",))),
            False,
            id="doubled",
        ),
    ],
)
def test_a_run_is_clean_only_if_nothing_was_lost_or_doubled(run: Failed, clean: bool) -> None:
    assert run.clean is clean
    assert report.last_line([run]).startswith("100 mails: lost ")


def test_ratios_are_to_the_fewest_workers_of_the_same_round_trip() -> None:
    faster = replace(SENT, workers=2, seconds=7.0)
    rows = report.by_workers({(0.0, 1): [SENT], (0.0, 2): [faster], (20.0, 1): [faster]})
    ratio = report.WORKERS_HEAD.index("to 1 worker")
    assert [row[ratio] for row in rows[1:]] == ["1.00", "2.00", "1.00"]


def test_the_cost_of_a_mail_stands_beside_that_of_the_shortest_sending() -> None:
    dearer = replace(SENT, mails=10_000, spent=replace(SENT.spent, workers=30.0, database=10.0))
    row = dict(zip(*(report.by_length([SENT, dearer])[n] for n in (0, 2)), strict=True))
    assert (row["mails"], row["worker ms/mail"], row["look ms/mail"]) == ("10,000", "3.00", "0.20")
    assert report.by_length([SENT, dearer])[2][4] == "1.50"


def test_a_table_is_markdown_where_asked() -> None:
    rows = [("name", "mails"), ("worker", "100")]
    assert report.table(rows, markdown=True).splitlines()[1] == "| -----: | ----: |"
    assert report.table(rows, markdown=False) == "  name  mails\nworker    100"


def test_without_a_network_all_is_on_loopback_and_says_so() -> None:
    with ground(2, "") as found:
        assert {each.address for each in found.places} == {found.here} == {"127.0.0.1"}
        assert "loopback" in found.words
