"""Names of files that are rarely meant for outside, or for now (L4, L6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from eventmail.language import said
from eventmail.mailings.findings.finding import Finding, Level
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.reading import fold
from eventmail.mailings.findings.telling import found, letter, of_material

_PEOPLE = (
    r"(?:参加者?|出席者?|出展|企業|事業所|会社|学校|担当者?|連絡先|アドレス|メール|宛先|送信先|送付先"
    r"|申込者?|応募者?|受講者?|生徒|学生|求職者?|氏名|社員|職員|名前|顧客|会員)"
)
_LIST = re.compile(
    rf"名簿(?!登載|管理規程)|{_PEOPLE}[^_\s.]{{0,4}}(?:一覧表?|リスト)|^(?:一覧表?|リスト|list)$"
    r"|宛先表|連絡網|アドレス帳|(?<![a-z])(?:mailing|address|member)[ _-]?list"
)
_INTERNAL = re.compile(
    r"内部(?!統制|監査|留保|障害|通報|構造|被ばく)|部外秘|社外秘|庁内|所内|局内(?!線)|取扱注意|㊙|マル秘|極秘|機密|決裁|起案|伺い|議事メモ"
)
_DRAFT = re.compile(
    r"[(（【\[_\s-]案(?:\d|[)）】\]_\s-]|$)|(?<![提図答思立考法議教腹懸妙名起翻勘])案\d{0,2}$|素案|原案|修正案|たたき台|叩き台|下書き|ドラフト|(?<![a-z])(?:draft|wip)(?![a-z])|作成中|未完成|要修正|要確認"
)
_MONEY = re.compile(r"見積|入札|予算書|契約書")
_PERSONAL = re.compile(
    r"個人(?:票|別|カルテ|データ|名)|個人情報(?!の?(?:お?取り?扱|保護|同意|利用))|履歴書|マイナンバー|住所録"
)
_OLD = re.compile(
    r"^旧(?!.{0,8}(?:校|館|庁舎|[都道府県市区町村]|姓|制度|正月|友|式|盆))|[(（【\[_\s-]旧|旧(?:版|データ|資料|ファイル)|(?<![a-z])(?:old|bak|backup)(?![a-z])|コピー|(?<![a-z])copy(?![a-z])|(?:差し?替え?|修正|変更|訂正)前|廃止|使用不可|使用しない|使わない|没(?![入年])|\(\d\)$|(?:~|\$)"
)
_LOOK_INSIDE = said("相手に送ってよいものか、中身を開いて確かめてください。")
_KINDS = (
    ("list_name", _LIST, said("名簿や一覧を思わせる"), _LOOK_INSIDE),
    (
        "internal_name",
        _INTERNAL,
        said("所の中だけで使うものを思わせる"),
        said("外に送ってよい版か確かめ、違うものは外してください。"),
    ),
    (
        "draft_name",
        _DRAFT,
        said("作りかけの版（案）を思わせる"),
        said("決まった版か確かめ、名前を直すか置き直してください。"),
    ),
    (
        "money_name",
        _MONEY,
        said("見積や契約の書類を思わせる"),
        said("この宛先に送るものか確かめ、違うものは外してください。"),
    ),
    ("personal_name", _PERSONAL, said("個人の情報を思わせる"), _LOOK_INSIDE),
    (
        "old_name",
        _OLD,
        said("古い版や写しを思わせる"),
        said("新しい版か確かめ、名前を直すか置き直してください。"),
    ),
)
_VERSION = re.compile(
    r"[\s_(（【\[-]*(?:v(?:er)?\.?|第|rev\.?|改訂?|訂正?)?(?P<n>\d{1,2})(?:版|稿|訂)?[)）】\]]*$"
)
_MARKED = re.compile(r"v(?:er)?\.?\d|版|稿|改|訂|rev", re.I)
_NOW_NEW = re.compile(r"差し?替え?|訂正|変更|修正|更新|改訂|改めて|新しい|最新|お詫び")


def names(ground: Ground) -> Iterator[Finding]:
    """名簿, 一覧, 内部, 案, 見積, 個人, 旧 in a file's name: as words, not as parts of words."""
    for material in ground.content.materials:
        stem = _stem(material.filename)
        for code, pattern, meaning, way_out in _KINDS:
            word = pattern.search(stem)
            if word:
                shown = word[0].strip(" _-()（）【】[]") or word[0].strip()
                yield found(
                    code,
                    Level.WARN,
                    said(
                        "資料「{filename}」の名前に「{shown}」とあり、{meaning_said}名前です。{way_out_said}",
                        filename=material.filename,
                        shown=shown,
                        meaning_said=meaning,
                        way_out_said=way_out,
                    ),
                    [of_material(material)],
                )


def superseded(ground: Ground) -> Iterator[Finding]:
    """A file beside which the shelf has one of a higher number."""
    for material in ground.content.materials:
        base, number = _version(material.filename)
        higher = [
            other
            for other in ground.history.shelf
            if other != material.filename
            and _version(other)[0] == base
            and _version(other)[1] > number >= 0
        ]
        if higher:
            newest = max(higher, key=lambda each: _version(each)[1])
            yield found(
                "newer_on_shelf",
                Level.WARN,
                said(
                    "資料「{filename}」より新しい版らしい「{newest}」が、資料置き場にあります。"
                    "どちらを送るか確かめて、選び直してください。",
                    filename=material.filename,
                    newest=newest,
                ),
                [of_material(material)],
            )


def changed(ground: Ground) -> Iterator[Finding]:
    """The name of a file already sent, with other content, and the letter says nothing of it."""
    if any(_NOW_NEW.search(told.text) for _, _, told in letter(ground.content)):
        return
    for material in ground.content.materials:
        before = ground.history.sent_files.get(material.filename)
        if before and before != material.sha256:
            yield found(
                "same_name_other_content",
                Level.WARN,
                said(
                    "資料「{filename}」は、このイベントで前に送った同じ名前の資料と中身が違います。"
                    "差し替えであれば文面でそのことを伝え、そうでなければ資料を確かめてください。",
                    filename=material.filename,
                ),
                [of_material(material)],
            )


def _stem(filename: str) -> str:
    return fold(PurePosixPath(filename).stem).strip()


def _version(filename: str) -> tuple[str, int]:
    """The name without its version, and the version's number; -1 where there is no number."""
    path = PurePosixPath(fold(filename))
    found_number = _VERSION.search(path.stem)
    if found_number is None:
        return path.stem + path.suffix, 0
    tail = path.stem[found_number.start() :]
    if not _MARKED.search(tail):
        return path.stem + path.suffix, -1  # 別紙2 beside 別紙1 is no newer version
    return path.stem[: found_number.start()] + path.suffix, int(found_number["n"])
