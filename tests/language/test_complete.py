"""The English is whole: every sentence has it, with the same values and the same tags."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventmail.language.catalogue import HERE, read, sentences
from eventmail.language.filling import names_in
from eventmail.language.sentences import JAPANESE_LETTER
from tools import messages

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "eventmail" / "static"
SAID = messages.collect()
# Files whose Japanese is shown as it is, with the reason.
JAPANESE_BY_NATURE = {
    "eventmail/agenda/month.py": "days and months, each with its English beside it",
    "eventmail/pictures/timeline.py": "days, each with its English beside it",
    "eventmail/answers/export.py": "an export",
    "eventmail/answers/forms.py": "units that stand behind a number on paper",
    "eventmail/bounces/reading/": "what other servers write, and what is kept of it",
    "eventmail/corrections/words.py": "words of the participants' pages, in both languages",
    "eventmail/links/": "a participant's page",
    "eventmail/papers/": "papers are Japanese for every reader",
    "eventmail/setup/trying.py": "a mail to the tester",
    "eventmail/staffmail/wording.py": "mails to staff",
    "eventmail/staffmail/sending.py": "mails to staff",
    "eventmail/suppression/service.py": "what is kept in the place of an address",
    "eventmail/training/exporting.py": "an export",
    "eventmail/observing/wording.py": "mails to staff",
    "eventmail/training/reminding.py": "mails to staff",
    "eventmail/training/wording.py": "mails to staff",
    "eventmail/wordings/builtin.py": "letters to participants",
    "eventmail/own_page/": "a participant's page has its own words in both languages",
    "eventmail/sample.py": "the sample meeting's data",
    "eventmail/demo.py": "the sample meeting's data",
    "eventmail/language/": "names the Japanese letters",
    "eventmail/cli": "helps are in the catalogue; what commands print is an office's own business",
    "eventmail/doctor/machine.py": "words that are painted to see the fonts",
    "eventmail/clock.py": "how a Japanese date is written; its English is elsewhere",
    "eventmail/keeping/": "words of the command line",
    "eventmail/migrate.py": "words of the command line",
    "eventmail/config.py": "settings are told on the command line and in docs/settings.md",
    "eventmail/files.py": "told on the command line",
    "eventmail/password_rules.py": "the words that weak passwords are made of",
    "eventmail/accounts/posting.py": "the text of a mail to staff",
    "eventmail/alerts/wording.py": "the text of a mail to an office",
    "eventmail/audit/service.py": "what the audit keeps",
    "eventmail/audit/export.py": "the headings of a file",
    "eventmail/audit/verifying.py": "what parts a fault that the audit keeps",
    "eventmail/privacy/handing.py": "a file that is handed over to a person",
    "eventmail/web/languages.py": "a language is named in itself",
    "eventmail/gateway/escaping.py": "letters that an editor keeps",
    "eventmail/gateway/rule.py": "the ready text of a refusal",
    "eventmail/gateway/targets/appliance.py": "the letter to a vendor",
    "eventmail/gateway/targets/exchange.py": "the file of the rule",
    "eventmail/gateway/targets/google.py": "the file of the rule",
    "eventmail/incidents/calls/export.py": "the workbook",
    "eventmail/incidents/calls/mails.py": "the purpose in a drafting paper",
    "eventmail/incidents/calls/standing.py": "days as the telephone says them",
    "eventmail/incidents/calls/talk.py": "what is said on the telephone",
    "eventmail/incidents/papers/commission.py": "an official paper",
    "eventmail/incidents/papers/facts.py": "an official paper",
    "eventmail/incidents/papers/guarding.py": "letters and words that names are found by",
    "eventmail/incidents/papers/internal.py": "an official paper",
    "eventmail/incidents/papers/items.py": "the items of the rules",
    "eventmail/incidents/papers/sentences.py": "an official paper",
    "eventmail/incidents/papers/service.py": "the file's name",
    "eventmail/incidents/papers/words.py": "an official paper",
    "eventmail/incidents/reading/": "words that a pasted mail is read by",
    "eventmail/incidents/record/erasing.py": "what stands in a record for an erased name",
    "eventmail/incidents/record/laws.py": "the words of the laws",
    "eventmail/incidents/record/lines.py": "the chronology goes into the papers",
    "eventmail/incidents/record/naming.py": "words that names are found by",
    "eventmail/incidents/record/sources.py": "the chronology goes into the papers",
    "eventmail/incidents/record/suggestions.py": "causes and measures go into the papers",
    "eventmail/notices/examples.py": "examples of a notice's text",
    "eventmail/notices/exporting.py": "the workbook",
    "eventmail/notices/views/sending.py": "the mail as it comes to staff",
    "eventmail/notices/wording.py": "mails to staff",
    "eventmail/mailings/findings/dating.py": "how dates are written",
    "eventmail/mailings/findings/directory.py": "legal forms of companies",
    "eventmail/mailings/findings/file_names.py": "words that the rules look for",
    "eventmail/mailings/findings/foreign.py": "letters that names are compared by",
    "eventmail/mailings/findings/honorifics.py": "names of merge fields",
    "eventmail/mailings/findings/listing.py": "the list of rules in the documents",
    "eventmail/mailings/findings/names.py": "words that the rules look for",
    "eventmail/mailings/findings/phones.py": "letters between digits",
    "eventmail/mailings/findings/reading.py": "the Japanese letters",
    "eventmail/mailings/findings/registry.py": "the list of rules in the documents",
    "eventmail/mailings/letter.py": "merge fields and honorifics of a letter",
    "eventmail/mailings/rendering.py": "texts of mails to participants",
    "eventmail/outbox/export.py": "headings of a file",
    "eventmail/roster/exporting.py": "headings of a file",
    "eventmail/roster/views/downloads.py": "the name of a file",
    "eventmail/spreadsheet/address_cell.py": "words between addresses",
    "eventmail/spreadsheet/address_wrapping.py": "signs around addresses",
    "eventmail/spreadsheet/annotated.py": "what is written into a sheet",
    "eventmail/spreadsheet/companies.py": "legal forms of companies",
    "eventmail/spreadsheet/dates.py": "how Excel shows dates",
    "eventmail/spreadsheet/numbers.py": "how Excel shows dates",
    "eventmail/spreadsheet/report.py": "words of the command line",
    "eventmail/spreadsheet/values.py": "ditto marks of a sheet",
    "eventmail/spreadsheet/vocabulary.py": "words that headers are known by",
    "eventmail/wire/sink/": "words of the command line",
    "eventmail/wire/views.py": "how addresses are written to be read",
}
_TAG = re.compile(r"</?([a-z]+\d*)>")


def test_every_sentence_has_english() -> None:
    english = sentences()
    missing = [f"{each} ({SAID[each][0]})" for each in SAID if each not in english]
    assert not missing, "\n".join(missing)


def test_the_catalogues_hold_what_is_said_and_nothing_else() -> None:
    held = {key for path in HERE.glob("*.po") for key in read(path)}
    assert held <= set(SAID), "run python tools/messages.py"


def test_no_sentence_has_two_translations() -> None:
    twice: dict[str, set[str]] = {}
    for path in HERE.glob("*.po"):
        for key, text in read(path).items():
            twice.setdefault(key, set()).add(text)
    assert {key: texts for key, texts in twice.items() if len(texts) > 1} == {}


def _faults(japanese: str, english: str) -> Iterator[str]:
    if JAPANESE_LETTER.search(re.sub(r"「[^」]*」|\{\{?[^{}]*\}?\}", "", english)):
        yield "Japanese letters in the English"
    if _has_values(japanese) and not names_in(english) <= names_in(japanese):
        yield "a value that the Japanese has not"
    if _has_values(japanese) and names_in(japanese) - names_in(english):
        yield "a value is left out"
    if sorted(_TAG.findall(japanese)) != sorted(_TAG.findall(english)):
        yield "other tags"


def _has_values(pattern: str) -> bool:
    """A pattern without values may hold single braces, which are text."""
    return bool(re.search(r"(?<!\{)\{[a-z]\w*(:[^{}]*)?\}(?!\})", pattern))


def test_values_and_tags_are_the_same_in_both() -> None:
    wrong = [
        f"{key!r} -> {text!r}: {fault}"
        for key, text in sentences().items()
        for fault in _faults(key, text)
    ]
    assert not wrong, "\n".join(wrong)


FAULTY = {
    "left in Japanese": ("件名", "件名"),
    "a value of its own": ("{a}件", "{b} mails"),
    "a value left out": ("{a}件{b}", "{a} mails"),
    "a tag left out": ("<b>件</b>", "mails"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_translation_is_found(name: str) -> None:
    assert list(_faults(*FAULTY[name]))


def unsaid(path: Path) -> Iterator[str]:
    """Japanese literals of a file that are no docstring and not said."""
    tree = ast.parse(path.read_text())
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        ):
            skipped.add(id(node.body[0].value))  # type: ignore[attr-defined]
        if isinstance(node, (ast.Compare, ast.MatchValue)) or messages._is_said(node):
            skipped.update(id(each) for each in ast.walk(node))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"compile", "cookie"}:
            skipped.update(id(each) for each in ast.walk(node))
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in skipped and JAPANESE_LETTER.search(node.value):  # type: ignore[attr-defined]
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"  # type: ignore[attr-defined]


def test_no_text_of_the_code_is_left_unsaid() -> None:
    left = [
        each
        for path in sorted((ROOT / "eventmail").rglob("*.py"))
        for each in unsaid(path)
        if not each.startswith(tuple(JAPANESE_BY_NATURE))
    ]
    assert not left, "\n".join(left)


def test_nothing_is_excused_that_needs_no_excuse() -> None:
    for beginning in JAPANESE_BY_NATURE:
        files = [
            each
            for each in (ROOT / "eventmail").rglob("*.py")
            if each.relative_to(ROOT).as_posix().startswith(beginning)
        ]
        assert any(True for path in files for _ in unsaid(path)) or beginning.endswith(
            "language/"
        ), beginning


@pytest.mark.parametrize("script", sorted(STATIC.glob("*.js")), ids=lambda each: each.name)
def test_a_script_that_speaks_does_so_in_the_language_of_its_page(script: Path) -> None:
    text = re.sub(r"//.*", "", script.read_text("utf-8"))
    spoken = JAPANESE_LETTER.search(text)
    assert not spoken or re.search(r'documentElement\.lang === "en"|IN_ENGLISH', text)
