"""Writes docs/commands.md from the commands themselves, in both languages."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from eventmail.cli import cli
from eventmail.cli_language import in_english

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
HEAD = """# コマンド / Commands

`python app.py コマンド` で動かします。この表は `make commands` がコマンドそのものから作ります。

説明は日本語です。環境変数 `LC_ALL`、`LC_MESSAGES`、`LANG` のうちはじめにあるものが `en` で
始まるとき、または設定 `EVENTMAIL_LANGUAGE` が `en` のときは英語です。
エラーと点検（`doctor`）の結果も同じです。
ほかのコマンドの結果は、所の名前や決まりごとなので、いつも日本語です。

Helps are Japanese, or English where the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set
begins with `en`, or `EVENTMAIL_LANGUAGE` is `en`; so are errors and what `doctor` finds. What other
commands print is an office's own business, and stays Japanese.
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_told(cli, in_english(cli), "python app.py"))


def _told(ours: click.Command, english: click.Command, path: str) -> Iterator[str]:
    if isinstance(ours, click.Group):
        assert isinstance(english, click.Group)
        for name in sorted(ours.commands):
            yield from _told(ours.commands[name], english.commands[name], f"{path} {name}")
        return
    context = click.Context(ours, info_name=path)
    usage = " ".join([path, *ours.collect_usage_pieces(context)])
    yield f"\n## {path.removeprefix('python app.py ')}\n\n```\n{usage}\n```\n"
    yield from (f"\n{_joined(each.help)}\n" for each in (ours, english))
    pairs = [
        (one, other)
        for one, other in zip(ours.params, english.params, strict=True)
        if isinstance(one, click.Option) and isinstance(other, click.Option) and not one.hidden
    ]
    if pairs:
        yield "\n| | 意味 | meaning |\n|---|---|---|\n"
    for one, other in pairs:
        yield f"| `{'` `'.join(one.opts)}` | {_cell(one.help)} | {_cell(other.help)} |\n"


def _joined(text: str | None) -> str:
    """The paragraphs, each in one line."""
    return "\n\n".join(_cell(each) for each in inspect.cleandoc(text or "").split("\n\n"))


def _cell(text: str | None) -> str:
    lines = (text or "").replace("|", "\\|").split("\n")
    return ("" if not (text or "").isascii() else " ").join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
