"""The parts of the pages: safe to show anything, readable by all, allowed by the content policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined, UndefinedError
from werkzeug.datastructures import MultiDict
from wtforms import Form, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length

from eventmail.web import cells

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "eventmail" / "static"
EVIL = "<script>x</script>\"'><img src=x onerror=x>"
FORBIDDEN_BY_POLICY = re.compile(
    r"<[^>]*\s(style|on\w+)\s*=|<style|<script(?![^>]*\ssrc=)|data:", re.I
)

USES = {
    "tag": "tag(evil, 'warn')",
    "diff": "diff_value(evil, evil)",
    "notice": "notice('error', evil, evil)",
    "empty": "empty(evil, evil, link_button(evil, '/'))",
    "button": "button(evil, name='a', value=evil)",
    "post": "post_button(evil, '/', about=evil, fields={'a': evil})",
    "confirm": "confirm_form('/', evil, evil, evil, id='c')",
    "breadcrumbs": "breadcrumbs([(evil, '/'), (evil, None)])",
    "steps": "steps([evil, (evil, evil)], 1)",
    "cell": "cell(evil, evil, 'head')",
    "facts": "facts([(evil, evil)])",
    "mail": "mail_view(evil, evil, evil, evil, evil, [(evil, evil, '/')])",
    "progress": "progress(1, 2, evil)",
    "stat": "stat(evil, 3, 'ok', 'done', evil)",
    "insert": "insert_buttons([evil])",
}
GAUGES = ("progress(", "stat(")


class Sample(Form):
    subject = StringField("件名", [DataRequired("件名を入力してください。"), Length(max=5)])
    body = TextAreaField("本文")
    mode = RadioField(
        "方法", [DataRequired("選んでください。")], choices=[SelectChoice("a", "個別")]
    )


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask("parts", template_folder=str(ROOT / "templates"), static_folder=str(STATIC))
    app.secret_key = "parts"
    app.jinja_env.undefined = StrictUndefined
    CSRFProtect(app)
    cells.attach(app)
    return app


def shown(app: Flask, expression: str, **values: object) -> str:
    file = "gauges" if expression.startswith(GAUGES) else "components"
    source = f"{{% import '{file}.html' as c %}}{{{{ c.{expression} }}}}"
    source = source.replace(" link_button(", " c.link_button(")
    with app.test_request_context():
        return app.jinja_env.from_string(source).render(**values)


@pytest.mark.parametrize("name", USES)
def test_no_text_becomes_markup(app: Flask, name: str) -> None:
    html = shown(app, USES[name], evil=EVIL)
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "<img" not in html


@pytest.mark.parametrize("name", USES)
def test_nothing_the_content_policy_forbids(app: Flask, name: str) -> None:
    assert not FORBIDDEN_BY_POLICY.search(shown(app, USES[name], evil="あ"))


@pytest.mark.parametrize("template", sorted((ROOT / "templates").rglob("*.html")), ids=str)
def test_no_template_needs_what_the_policy_forbids(template: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", template.read_text("utf-8"), flags=re.S)
    assert not FORBIDDEN_BY_POLICY.search(source)


def test_a_wrong_field_points_to_its_hint_and_its_error(app: Flask) -> None:
    form = Sample(MultiDict({"subject": ""}))
    form.validate()
    html = shown(app, "field(form.subject, '短く')", form=form)
    assert 'aria-describedby="subject-hint subject-error"' in html
    assert 'id="subject-hint"' in html
    assert 'id="subject-error"' in html
    assert 'aria-invalid="true"' in html
    assert "必須" in html


def test_a_field_never_cuts_pasted_text(app: Flask) -> None:
    assert "maxlength" not in shown(app, "field(form.subject)", form=Sample())


def test_the_summary_links_to_every_wrong_field(app: Flask) -> None:
    form = Sample(MultiDict({"subject": ""}))
    form.validate()
    html = shown(app, "error_summary(form)", form=form)
    assert re.findall(r'href="#([^"]+)"', html) == ["subject", "mode-0"]
    assert 'role="alert"' in html
    assert shown(app, "error_summary(form)", form=Sample()) == ""


@pytest.mark.parametrize(
    ("current", "states"),
    [
        (0, ["いまここ", "これから", "これから"]),
        (1, ["完了", "いまここ", "これから"]),
        (3, ["完了", "完了", "完了"]),
    ],
)
def test_steps_say_where_the_work_stands(app: Flask, current: int, states: list[str]) -> None:
    html = shown(app, f"steps(['作成', '確認', '決裁'], {current})")
    assert re.findall("完了|いまここ|これから", html) == states
    assert html.count('aria-current="step"') == states.count("いまここ")


def test_the_banner_tells_how_the_mails_leave(app: Flask) -> None:
    words = re.sub(r"<[^>]+>", "", shown(app, "mode_banner('individual', 30)"))
    assert "送信方法：個別送信" in words
    assert "30社に1通ずつ、別々のメールで送ります。" in words


def test_an_unknown_mode_is_never_shown(app: Flask) -> None:
    with pytest.raises(UndefinedError):
        shown(app, "mode_banner('everybody', 30)")


def test_the_letter_is_shown_with_its_own_white_space(app: Flask) -> None:
    html = shown(app, "mail_view('a', 'b', 'c', 'd', body)", body="　日時\n\n  受付")
    assert '<div class="mail-body" lang="ja">　日時\n\n  受付</div>' in html


def test_every_form_carries_its_token(app: Flask) -> None:
    for use in ("post_button('止める', '/')", "confirm_form('/', 'あ', 'い', 'う')"):
        assert re.search(r'name="csrf_token" value=".{20,}"', shown(app, use))


def test_the_style_sheet_stays_small() -> None:
    assert (STATIC / "app.css").stat().st_size <= 30_000


@pytest.mark.parametrize("script", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_scripts_stay_small(script: Path) -> None:
    assert len(script.read_text("utf-8").splitlines()) <= 80


def test_every_custom_property_exists() -> None:
    css = (STATIC / "app.css").read_text("utf-8")
    used = set(re.findall(r"var\((--[\w-]+)\)", css))
    tokens = (STATIC / "tokens.css").read_text("utf-8") + css
    assert {name for name in used if f"{name}:" not in tokens} == set()
