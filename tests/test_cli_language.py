"""The commands explain themselves in the language of the terminal, and the page of them is true."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from eventmail import cli, cli_language
from eventmail.cli_language import in_english, language_of, texts
from eventmail.language import catalogue, speaking
from eventmail.language.sentences import JAPANESE_LETTER
from tools import commands_page

ENVIRONMENTS = {
    "nothing": ({}, "ja"),
    "Japanese": ({"LANG": "ja_JP.UTF-8"}, "ja"),
    "no language": ({"LANG": "C.UTF-8"}, "ja"),
    "English": ({"LANG": "en_US.UTF-8"}, "en"),
    "messages go before the rest": ({"LC_MESSAGES": "ja_JP", "LANG": "en_US"}, "ja"),
    "all goes before messages": ({"LC_ALL": "en_GB", "LC_MESSAGES": "ja_JP"}, "en"),
    "empty is not said": ({"LC_ALL": "", "LANG": "en_US"}, "en"),
    "the setting goes before all": ({"EVENTMAIL_LANGUAGE": "ja", "LC_ALL": "en_US"}, "ja"),
    "the setting alone": ({"EVENTMAIL_LANGUAGE": "en"}, "en"),
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_whose_language(name: str) -> None:
    environment, language = ENVIRONMENTS[name]
    assert language_of(environment) == language


def paths(group: object = cli.cli, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield above
    for name, command in sorted(getattr(group, "commands", {}).items()):
        yield from paths(command, (*above, name))


@pytest.mark.parametrize("path", list(paths()), ids=" ".join)
def test_every_help_is_whole_in_english(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(in_english(cli.cli), [*path, "--help"])
    assert done.exit_code == 0
    assert not JAPANESE_LETTER.search(re.sub("「.*?」", "", done.output)), done.output


def test_the_japanese_commands_stay_as_they_are() -> None:
    in_english(cli.cli)
    assert "データベースを最新の形にします。" in CliRunner().invoke(cli.cli, ["--help"]).output


def test_a_help_without_english_is_found_by_the_test_of_the_catalogues() -> None:
    said = {text for text, _ in texts(cli.cli)}
    assert "画面と送信処理を一緒に動かします。" in said
    assert "結果をJSONで出します。" in said
    assert said <= set(catalogue.sentences())


@pytest.mark.parametrize(
    ("language", "told"), [("ja", "エラー：所「x」は登録されていません。"), ("en", "Error: ")]
)
def test_an_error_is_told_in_the_language_of_the_helps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, told: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["app.py"])
    with speaking(language), pytest.raises(SystemExit) as ended:
        cli_language.refuse("所「x」は登録されていません。")
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(told)


def test_the_page_of_the_commands_is_that_of_the_commands() -> None:
    assert commands_page.PAGE.read_text("utf-8") == commands_page.page(), "run: make commands"
