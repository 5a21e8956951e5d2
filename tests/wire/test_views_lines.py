"""A citation or a list may cut an address in two, and hides none."""

from __future__ import annotations

import pytest

from eventmail.wire.views import views
from tests.wire.test_views import encoded, shown


@pytest.mark.parametrize("around", ["{}", "{} ", "{}\t", " {} ", "\t{}", "{0}{0}"])
@pytest.mark.parametrize("sign", ">|・•*")
def test_a_citation_or_a_list_may_go_over_the_lines_with(sign: str, around: str) -> None:
    mark = around.format(sign)
    assert "taro@ku\nre.example" in views(f"{mark}taro@ku\n{mark}re.example")[-1]


@pytest.mark.parametrize("between", ["", " ", "\t", " \t"])
def test_however_often_it_was_cited_it_is_one_cover(between: str) -> None:
    mark = f">{between}" * 5
    text = f"{mark}taro@ku\n{mark}re.example"
    assert views(text) == [text, f"{mark}taro@ku\nre.example"]


def test_base64_may_be_cited() -> None:
    run = encoded("jinji.saiyo@kure-seiki.example")
    assert shown(f"> {run[:20]}\n> {run[20:]}", "jinji.saiyo@kure-seiki.example")


def test_a_line_that_is_only_set_in_is_no_citation() -> None:
    assert views("a\n  b\n\tc") == ["a\n  b\n\tc"]
