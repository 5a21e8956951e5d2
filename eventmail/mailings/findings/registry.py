"""Every rule by its code: how much it weighs, what it sees, the way out, the line of the design."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from eventmail.mailings.findings import (
    attachments,
    blanks,
    dates,
    elsewhere,
    file_names,
    foreign,
    hidden,
    honorifics,
    negatives,
    others,
    recipients,
    senders,
    timing,
    writing,
)
from eventmail.mailings.findings.finding import Finding, Level
from eventmail.mailings.findings.ground import Ground
from eventmail.scanning.judging import PREFIX, UNSCANNABLE, WITHOUT_TEXT
from eventmail.scanning.report import Trace

Look = Callable[[Ground], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Several codes may come from one function; each stands for one thing it sees."""

    code: str
    levels: tuple[Level, ...]
    lines: str
    sees: str
    way_out: str
    look: Look


def _of_content(ground: Ground) -> Iterable[Finding]:
    return writing.of_content(ground.content)


# code | level | line of the design | what it sees | the way out
_TABLE = """
# the letter itself
no_subject | block | L11 | 件名がない | 件名を入力する
no_body | block | L11 | 本文がない | 本文を入力する
no_purpose | block | L12 | 目的がない | 目的を入力する
no_recipients | block | L8 | 送信先がない | 参加者名簿を取り込む
stray_brace | block | L11 | 差し込み項目でないかっこ | 項目を入れ直す
unknown_field | block | L11 | ない名前の差し込み項目 | 項目を入れ直す
page_in_subject | block | L18 | 件名に置いた参加者ページの項目 | 本文に移す
no_way_to_materials | block | L6 L18 | 案内のない参加者ページで渡す資料 | 案内を入れるか添付する
batch_field | block | L11 | BCC一括での宛名の項目 | 消すか個別送信にする
blank_value | block | L11 | 値が空になる差し込み項目 | 名簿を直すか宛名を使う
too_large | block | L6 | 資料の合計が20MBを超える | 資料を減らす
outside_jis | note | — | 古い機種で出ないことのある文字 | そのままでよい
placeholder | block | L11 | ○○、●月●日、【要修正】などの書き残し | 本文の編集画面で直す
placeholder_in_example | note | L11 | 記入例の中の○○ | 記入例ならそのままでよい
honorific_typed | warn | L11 | 様様、御中様、各位様、課長御中など | 敬称を1つにする
honorific_merged | warn | L11 | 差し込みと手書きで重なる敬称、個人への御中 | 手書きの敬称を消す
wrong_weekday | warn | L11 | 日付と合わない曜日（資料の中も） | 日付か曜日を直す
no_such_day | warn | L11 | 暦にない日付 | 日付を直す
past_date | warn | L11 | これからのこととして書かれた過去の日付 | 日付を直す
not_the_event_date | warn | L11 | 開催日として書かれた、イベントと違う日 | 文面かイベントを直す
wrong_year | warn | L11 | イベントと違う年（令和の年、年度） | 年を直す
negative_to_participants | warn | L9 | 参加する相手への中止・辞退・不採用など | 送信先か文面を直す
# other people
participant_address | block | L3 L4 | 参加事業所のメールアドレス（資料の中も） | 取り除く
participant_phone | block | L3 L4 | 参加事業所の電話番号（全角、+81も） | 取り除く
participant_name | block | L3 L4 | 参加事業所の担当者の氏名 | 取り除く
foreign_address | warn | L3 | 所のものでも登録済みでもないアドレス | 登録するか消す
typed_name | warn | L11 | 名簿にある名字に「様」を付けた手書きの宛名 | 差し込み項目にする
other_company | warn | L11 | 特定の事業所の名前（件名・本文・ファイル名） | 差し込み項目にするか消す
other_event | warn | L11 | 所の別のイベントの名前 | 差し込み項目にするか消す
# materials
nothing_attached | warn | L6 | 「添付」とあるのに資料がない | 資料を選ぶ
attachment_count | warn | L6 | 「資料3点」「別紙4」と資料の数が違う | 資料を選び直す
file_not_attached | warn | L6 | 文面にあるファイル名の資料がない | 資料を選び直す
attachments_untold | note | L6 | 資料が付くのに文面で触れていない | 確かめる
list_name | warn | L4 | ファイル名に名簿、人や会社の一覧 | 開いて確かめ、違えば外すか名前を直す
internal_name | warn | L6 | ファイル名に内部、部外秘など | 開いて確かめ、違えば外すか名前を直す
draft_name | warn | L6 | ファイル名に案（案内、提案は別） | 開いて確かめ、違えば外すか名前を直す
money_name | warn | L6 | ファイル名に見積、契約書など | 開いて確かめ、違えば外すか名前を直す
personal_name | warn | L6 | ファイル名に個人、履歴書など | 開いて確かめ、違えば外すか名前を直す
old_name | warn | L6 | ファイル名に旧、コピー、oldなど | 開いて確かめ、違えば外すか名前を直す
newer_on_shelf | warn | L6 | 資料置き場により新しい版がある | 選び直す
same_name_other_content | warn | L6 | 前に送った同じ名前の資料と中身が違う | 文面で伝えるか直す
used_elsewhere | warn note | L6 | 別のイベントの資料（その名や日があれば警告） | 資料を確かめる
unfinished_material | warn | L6 | 資料の中の【要修正】【作成中】 | 決まった版に置き直す
internal_material | warn | L6 | 資料の中の部外秘、取扱注意など | 外すか外に出せる版にする
unscannable_material | block | L5 | 中を調べられない資料 | 保存し直すか、決裁者が判断する
material_without_text | note | L5 | 画像だけで文字を調べられない資料 | 目で確かめる
material_sheet | block | L5 | 資料の中の隠しシート | 取り除くか作り直す
material_row | block | L5 | 資料の中の隠し行 | 取り除くか作り直す
material_column | block | L5 | 資料の中の隠し列 | 取り除くか作り直す
material_pivot_cache | block | L5 | 資料の中のピボットに残った元の表 | 取り除くか作り直す
material_comment | block | L5 | 資料の中のコメント | 取り除くか作り直す
material_tracked_change | block | L5 | 資料の中の変更履歴 | 取り除くか作り直す
material_hidden_text | block | L5 | 資料の中の隠し文字 | 取り除くか作り直す
material_hidden_slide | block | L5 | 資料の中の非表示のスライド | 取り除くか作り直す
material_covered_text | block | L5 | 資料の中のPDFの黒塗りの下の文字 | 取り除くか作り直す
material_notes | warn | L5 | 資料の中の発表者ノート | 取り除くか作り直す
material_external_link | warn | L5 | 資料の中のほかのファイルへのリンク | 取り除くか作り直す
material_embedded | warn | L5 | 資料の中の埋め込まれたファイル | 取り除くか作り直す
material_attachment | warn | L5 | 資料の中のPDFの添付ファイル | 取り除くか作り直す
material_macro | warn | L5 | 資料の中のマクロ | 取り除くか作り直す
material_property | warn note | L5 | 文書のプロパティ（普通のものはお知らせ） | 取り除くか作り直す
material_defined_name | note | L5 | 資料の中の隠れた名前の定義 | 取り除くか作り直す
# recipients
unexpected_count | block | L9 | 入力した予定の件数と送信先の件数が違う | 名簿か件数を直す
other_than_last | warn | L9 | 前回のメールと送信先が1割を超えて違う | 名簿を確かめる
address_moved | warn | L7 | 前回と違う事業所に付いたアドレス（宛名ズレ） | もとの名簿と照らす
roster_of_another | warn | L9 | 別のイベントや別の年の名のファイルから取り込んだ名簿 | 取り込み直す
odd_domain | warn | L8 | 打ち間違いに見えるドメイン | 申込書などで確かめる
new_free_mail | warn | L8 | 前回のあとに加わったフリーメール | 申込書などで確かめる
free_mail | note | L8 | フリーメールのアドレス | そのままでよい
first_time | note | L8 | 所から初めて送るアドレス | そのままでよい
withdrawn_too | warn | L10 | 取りやめた事業所と同じ名前の送信先 | 参加するか確かめる
list_address | warn | L16 | メーリングリストらしい差出人・返信先 | イベントの設定で選び直す
sender_is_participant | block | L16 | 参加事業所と同じ差出人・返信先 | イベントの設定で選び直す
# the moment
bad_time | warn | L19 | 夕方、早朝、休日、休みの前の開始 | 次の開庁日の朝にする
"""
_LOOKS: dict[Look, str] = {
    blanks.placeholders: "placeholder placeholder_in_example",
    honorifics.typed: "honorific_typed",
    honorifics.merged: "honorific_merged",
    dates.weekdays: "wrong_weekday",
    dates.no_such_day: "no_such_day",
    dates.past: "past_date",
    dates.of_event: "not_the_event_date",
    dates.years: "wrong_year",
    negatives.negatives: "negative_to_participants",
    others.addresses: "participant_address",
    others.phones: "participant_phone",
    others.people: "participant_name",
    foreign.addresses: "foreign_address",
    foreign.surnames: "typed_name",
    foreign.companies: "other_company",
    elsewhere.event_names: "other_event",
    attachments.without: "nothing_attached",
    attachments.counts: "attachment_count",
    attachments.named_files: "file_not_attached",
    attachments.untold: "attachments_untold",
    file_names.names: "list_name internal_name draft_name money_name personal_name old_name",
    file_names.superseded: "newer_on_shelf",
    file_names.changed: "same_name_other_content",
    elsewhere.materials: "used_elsewhere",
    blanks.materials: "unfinished_material internal_material",
    recipients.expected: "unexpected_count",
    recipients.difference: "other_than_last",
    recipients.moved: "address_moved",
    elsewhere.roster_files: "roster_of_another",
    recipients.domains: "odd_domain",
    recipients.free_mail: "new_free_mail free_mail",
    recipients.first_time: "first_time",
    recipients.withdrawn: "withdrawn_too",
    senders.lists: "list_address",
    senders.participants: "sender_is_participant",
    timing.start: "bad_time",
}


def _rules() -> tuple[Rule, ...]:
    looks = {code: look for look, codes in _LOOKS.items() for code in codes.split()}
    rows = [line.split(" | ") for line in _TABLE.splitlines() if " | " in line]
    return tuple(
        Rule(
            code=code,
            levels=tuple(map(Level, levels.split())),
            lines=lines,
            sees=sees,
            way_out=way_out,
            look=looks.get(code, hidden.contents if code in _OF_SCAN else _of_content),
        )
        for code, levels, lines, sees, way_out in rows
    )


_OF_SCAN = {UNSCANNABLE, WITHOUT_TEXT, *(PREFIX + each.value for each in Trace)}
RULES = _rules()
CODES = {each.code: each for each in RULES}


def of_ground(ground: Ground) -> list[Finding]:
    """Everything that the rules see on a ground, the heaviest first."""
    looks = dict.fromkeys(each.look for each in RULES if each.look is not _of_content)
    found = [finding for look in looks for finding in look(ground)]
    return sorted(found, key=lambda each: list(Level).index(each.level))
