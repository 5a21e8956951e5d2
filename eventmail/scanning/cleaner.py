"""Makes a copy of an Office file without what it hides, in the confined child."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from eventmail.confined import ConfinedError, call
from eventmail.errors import UserError
from eventmail.language import retold, said
from eventmail.scanning import kinds
from eventmail.scanning.cleaning.common import clean_what_all_have
from eventmail.scanning.cleaning.copy import Copy
from eventmail.scanning.cleaning.excel import clean_workbook
from eventmail.scanning.cleaning.slides import clean_slides
from eventmail.scanning.cleaning.word import clean_document
from eventmail.scanning.report import Hidden, Scan, Trace
from eventmail.scanning.scanner import look
from eventmail.scanning.words import NAMES

SECONDS = 180.0
MEGABYTES = 3072
PROGRAMS = {"xlsx": "Excel", "docx": "Word", "pptx": "PowerPoint"}
FAILED = said(
    "「{name}」のきれいな写しを作れませんでした。{program_said}で開き、「ファイル」→「情報」→"
    "「問題のチェック」→「ドキュメント検査」で取り除いてから、もう一度置いてください。"
)
_INSPECT = said(
    "{program}の「ファイル」→「情報」→「問題のチェック」→「ドキュメント検査」で取り除いてください。"
)
# Where a person is needed: the way in the program's own words.
_BY_HAND = {
    Trace.SHEET: said(
        "グラフなどが使っています。シート名を右クリック→「再表示」で表示し、グラフを図として"
        "貼り付けてから、シートを削除してください。"
    ),
    Trace.COLUMN: said(
        "テーブルの一部です。列番号を選んで右クリック→「再表示」で表示し、右クリック→「削除」で"
        "列ごと消してください。"
    ),
    Trace.ROW: said(
        "行番号を選んで右クリック→「再表示」で表示し、右クリック→「削除」で消してください。"
    ),
    Trace.PIVOT_CACHE: said(
        "スライサーかデータモデルを使っています。表を選んでコピーし、新しいシートに「値」で"
        "貼り付け、もとのシートを削除してください。"
    ),
    Trace.EMBEDDED: said("いらないものなら、埋め込まれた図を選んでDeleteキーで消してください。"),
    Trace.EXTERNAL_LINK: said(
        "「データ」→「クエリと接続」（Wordでは「差し込み文書」→「標準のWord文書」）で外してください。"
    ),
}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The copy, what was taken out of it, and sentences about what is left for a person."""

    content: bytes
    done: tuple[str, ...]
    left: tuple[str, ...]


def clean(content: bytes, filename: str) -> Cleaned:
    """A copy without hidden content. Raises :class:`UserError` if there can be none."""
    payload = json.dumps({"filename": filename}).encode() + b"\n" + content
    failed = UserError(FAILED.format(name=filename, program_said=_program(content, filename)))
    try:
        answer = call(f"{__name__}:in_child", payload, seconds=SECONDS, megabytes=MEGABYTES)
    except ConfinedError as error:
        raise failed from error
    if "refused" in answer:
        raise UserError(retold(answer["refused"])) if answer["refused"] else failed
    return Cleaned(
        base64.b64decode(answer["content"]), tuple(answer["done"]), tuple(answer["left"])
    )


def in_child(payload: bytes) -> dict[str, Any]:
    """The work itself; runs in the child."""
    head, _, content = payload.partition(b"\n")
    try:
        made = cleaned(content, json.loads(head)["filename"])
    except UserError as error:
        return {"refused": error.message}
    except Exception:  # noqa: BLE001 - a damaged file provokes anything; the answer is the same
        return {"refused": ""}
    encoded = base64.b64encode(made.content).decode("ascii")
    return {"content": encoded, "done": made.done, "left": made.left}


def cleaned(content: bytes, filename: str) -> Cleaned:
    """The copy, in this process. What was taken out is what a second scan does not find."""
    before = look(content, filename)
    if before.unscannable or before.kind not in PROGRAMS:
        raise UserError(
            said(
                "「{filename}」はきれいな写しを作れない種類です。もとのソフトで直して置いてください。",
                filename=filename,
            )
        )
    copy = Copy(content)
    notes: list[str] = []
    if before.kind == "xlsx":
        notes = clean_workbook(copy, content)
    elif before.kind == "docx":
        notes = clean_document(copy, content)
    else:
        notes = clean_slides(copy)
    clean_what_all_have(copy)
    made = copy.written()
    after = look(made, filename)
    if after.unscannable:
        raise UserError(FAILED.format(name=filename, program_said=PROGRAMS[before.kind]))
    return Cleaned(made, (*_done(before, after), *notes), tuple(_left(after, filename)))


def _done(before: Scan, after: Scan) -> list[str]:
    rest = {each.what for each in after.hidden}
    gone = dict.fromkeys(each.what for each in before.hidden if each.what not in rest)
    return [NAMES[each] for each in gone]


def _left(after: Scan, filename: str) -> list[str]:
    found: dict[Trace, Hidden] = {}
    for each in after.hidden:
        if not each.usual:
            found.setdefault(each.what, each)
    return [_sentence(each, after, filename) for each in found.values()]


def _sentence(hidden: Hidden, scan: Scan, filename: str) -> str:
    way = _BY_HAND.get(hidden.what, _INSPECT.format(program=PROGRAMS[scan.kind]))
    return said(
        "「{filename}」の{names_said}（{where_said}）は残っています。{way_said}",
        filename=filename,
        names_said=NAMES[hidden.what],
        where_said=hidden.where,
        way_said=way,
    )


def _program(content: bytes, filename: str) -> str:
    return PROGRAMS.get(kinds.kind_of(content, filename), said("もとのソフト"))
