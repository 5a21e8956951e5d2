"""A template says its sentences in English by itself, and in Japanese exactly what it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from markupsafe import Markup

from eventmail.language import catalogue, said, speaking, templates
from eventmail.language.templates import InTwoLanguages, translate

HOSTILE = "<script>"
ENGLISH = {
    "{n}社に送ります。": "Sending to {n} {n:company|companies}.",
    "<b>{n}</b>社に<a>送る</a>": "<a>Send</a> to <b>{n}</b> companies",
    "<b>{n}</b>と<b2>{who}</b2>": "<b2>{who}</b2> and <b>{n}</b>",
    "全部で{n}件": "{n} in all",
    "確認": "check",
    "決裁": "approval",
    "・": ", ",
    "本文": "body",
    "{who}さんの名前": "the name of {who}",
    "1行目 2行目": "first second",
    "（{part}）": "({part})",
}
# name: (template, Japanese, English)
PAGES = {
    "a whole sentence": (
        "<p>{{ n }}社に送ります。</p>",
        "<p>3社に送ります。</p>",
        "<p>Sending to 3 companies.</p>",
    ),
    "inline tags change places": (
        '<p><b class="x">{{ n }}</b>社に<a href="/{{ n }}">送る</a></p>',
        '<p><b class="x">3</b>社に<a href="/3">送る</a></p>',
        '<p><a href="/3">Send</a> to <b class="x">3</b> companies</p>',
    ),
    "two tags of one name": (
        "<p><b>{{ n }}</b>と<b class='y'>{{ who }}</b></p>",
        "<p><b>3</b>と<b class='y'>&lt;script&gt;</b></p>",
        "<p><b class='y'>&lt;script&gt;</b> and <b>3</b></p>",
    ),
    "an attribute": (
        '<a title="{{ who }}さんの名前">x</a>',
        '<a title="&lt;script&gt;さんの名前">x</a>',
        '<a title="the name of &lt;script&gt;">x</a>',
    ),
    "a text in an expression": ("{{ '確認' if n else '決裁' }}", "確認", "check"),
    "texts that are joined": ("{{ '全部で' ~ n ~ '件' }}", "全部で3件", "3 in all"),
    "joined with markup": ("{{ '（' ~ part ~ '）' }}", "（<i>p</i>）", "(<i>p</i>)"),
    "a list": ("{{ ['確認', '決裁']|join('・') }}", "確認・決裁", "check, approval"),
    "a word as a key": (
        "{% set d = {'確認': 1} %}{{ d['確認'] }}{{ '確認' == word }}",
        "1True",
        "1True",
    ),
    "a sentence of the code": ("<p>{{ sentence }}</p>", "<p>決裁</p>", "<p>approval</p>"),
    "what was typed": ("<p>{{ word }}</p>", "<p>確認</p>", "<p>確認</p>"),
    "over two lines": ("<p>1行目\n  2行目</p>", "<p>1行目\n  2行目</p>", "<p>first second</p>"),
    "a macro's part beside it": (
        "<p>{{ icon('a') }}本文</p>",
        "<p><svg>本文</p>",
        "<p><svg>body</p>",
    ),
    "within a statement": (
        "{% if n %}<p>本文</p>\n{% endif %}\n<i>{{ n }}</i>",
        "<p>本文</p>\n<i>3</i>",
        "<p>body</p>\n<i>3</i>",
    ),
    "a statement within a tag": (
        '<a title="{{ who }}さんの名前"{% if n %} lang="ja"{% endif %} rel="本文">本文</a>',
        '<a title="&lt;script&gt;さんの名前" lang="ja" rel="本文">本文</a>',
        '<a title="the name of &lt;script&gt;" lang="ja" rel="body">body</a>',
    ),
    "no English yet": ("<p>未訳の文</p>", "<p>未訳の文</p>", "<p>未訳の文</p>"),
}


@pytest.fixture
def render(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    for module in (catalogue, templates):
        monkeypatch.setattr(module, "english_of", ENGLISH.get)
    monkeypatch.setattr("eventmail.language.saying.english_of", ENGLISH.get)
    app = Flask("test")
    app.jinja_environment = InTwoLanguages
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "autoescape": True}

    def made(source: str) -> str:
        with app.app_context():
            return app.jinja_env.from_string(source).render(
                n=3,
                who=HOSTILE,
                word="確認",
                part=Markup("<i>p</i>"),
                sentence=said("決裁"),
                icon=lambda _: Markup("<svg>"),
            )

    return made


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_both_languages(render: Callable[[str], str], name: str) -> None:
    template, japanese, english = PAGES[name]
    assert render(template) == japanese
    with speaking("en"):
        assert render(template) == english


@pytest.mark.parametrize("name", PAGES)
def test_in_japanese_a_page_is_what_plain_jinja_makes_of_it(
    render: Callable[[str], str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    template, japanese, _ = PAGES[name]
    monkeypatch.setattr(templates, "translate", lambda tree: tree)
    assert render(template) == japanese


def test_every_sentence_is_found_for_the_catalogue(render: Callable[[str], str]) -> None:
    from jinja2 import Environment

    found: list[str] = []
    for template, _, _ in PAGES.values():
        translate(Environment(autoescape=True).parse(template), found.append)
    assert {*ENGLISH, "未訳の文"} - {"{会社名}"} == set(found)
