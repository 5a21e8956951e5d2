"""Columns: the picture says what the table says, and the table all that was counted."""

from __future__ import annotations

import itertools
import re

import pytest
from flask import Flask, render_template_string

from eventmail.pictures.columns import LEAST, PLOT, TOP, Columns, columns
from eventmail.pictures.looks import Look, Series
from eventmail.pictures.timeline import Slot, Timeline
from tests.pages import Page

SERIES = (
    Series("accepted", "送信済み", Look.OK),
    Series("deferred", "再送待ち", Look.WAIT),
    Series("refused", "受け取り拒否", Look.BAD),
    Series("uncertain", "要確認", Look.DOUBT),
    Series("bounced", "届いていない", Look.BACK),
)
ALL = {"accepted": 60, "deferred": 20, "refused": 10, "uncertain": 5, "bounced": 5}
CASES: dict[str, list[dict[str, int]]] = {
    "nothing": [],
    "one slot": [{"accepted": 30}],
    "all states": [ALL],
    "some slots": [{"accepted": 40, "refused": 4}, {}, {"deferred": 20}, ALL],
    "100,000, one of them refused": [{"accepted": 1667}] * 59 + [{"accepted": 1646, "refused": 1}],
}
PLACE = (
    "{% from 'pictures.html' import columns, columns_table, looks %}"
    "{{ looks() }}{{ columns(chart, '経過') }}{{ columns_table(chart, '経過') }}"
)


def drawn(counts: list[dict[str, int]]) -> Columns:
    slots = tuple(Slot(f"9:{number:02}", dict(each)) for number, each in enumerate(counts))
    return columns(SERIES, Timeline("1分", slots))


@pytest.mark.parametrize("case", CASES)
def test_heights_stand_for_the_figures(case: str) -> None:
    found = drawn(CASES[case])
    most = max((sum(each.values()) for each in CASES[case]), default=1)
    places = sorted({each.x for each in found.blocks})
    full = [each for each in CASES[case] if each]
    assert len(places) == len(full)
    for x, counts in zip(places, full, strict=True):
        column = [each for each in found.blocks if each.x == x]
        bottom = float(TOP + PLOT)
        for block, series in zip(column, [s for s in SERIES if counts.get(s.key)], strict=True):
            assert block.look is series.look
            exact = PLOT * counts[series.key] / most
            assert block.height == pytest.approx(exact, abs=LEAST)
            assert block.height >= LEAST
            assert block.y + block.height == pytest.approx(bottom, abs=0.1), "no hole, no overlap"
            bottom = block.y
        assert bottom >= TOP - 0.1


@pytest.mark.parametrize("case", CASES)
def test_all_columns_have_room_beside_each_other(case: str) -> None:
    found = drawn(CASES[case])
    places = sorted({(each.x, each.width) for each in found.blocks})
    for (x, width), (following, _) in itertools.pairwise(places):
        assert x + width <= following
    assert all(x + width <= 100.1 for x, width in places)


@pytest.mark.parametrize("case", [name for name in CASES if CASES[name]])
def test_the_table_says_what_the_picture_shows(app: Flask, case: str) -> None:
    chart = drawn(CASES[case])
    with app.test_request_context():
        page = Page(render_template_string(PLACE, chart=chart))
    numbers = [int(each.text) for each in page.all("td")]
    wide = len(chart.series)
    rows = [numbers[at : at + wide] for at in range(0, len(numbers), wide)]
    told = [[each.get(s.key, 0) for s in chart.series] for each in CASES[case] if each]
    assert rows[:-1] == told
    assert rows[-1] == [sum(column) for column in zip(*told, strict=True)]
    looks = [e.attributes.get("fill") for e in page.all("rect") if "x" in e.attributes]
    assert len(looks) == sum(1 for row in told for number in row if number)
    known = {f"url(#{each.attributes['id']})" for each in page.all("pattern")}
    assert set(looks) <= known
    assert not page.unclosed


def test_what_happened_is_numbered_above_and_told_below(app: Flask) -> None:
    slots = (
        Slot("9:00", {"accepted": 3}, ["控えを送信", "再開"]),
        Slot("9:05", {}, ["一時停止"], after_gap=True),
    )
    chart = columns(SERIES, Timeline("1分", slots))
    assert [(each.label, each.level) for each in chart.marks] == [("1～2", 0), ("3", 1)]
    assert len(chart.gaps) == 1
    with app.test_request_context():
        page = Page(render_template_string(PLACE, chart=chart))
    told = [re.sub(r"\s+", " ", each.text) for each in page.all("li")]
    assert told[-3:] == ["9:00 控えを送信", "9:00 再開", "9:05 一時停止"]


def test_every_look_has_a_pattern_and_a_colour(app: Flask) -> None:
    with app.test_request_context():
        page = Page(render_template_string(PLACE, chart=drawn([ALL])))
    assert {each.attributes["id"] for each in page.all("pattern")} == {f"look-{e}" for e in Look}
    assert app.static_folder
    with open(f"{app.static_folder}/pictures.css", encoding="utf-8") as file:
        css = file.read()
    assert all(f".look-{each} rect" in css for each in Look)
