"""The rules as a page: ``docs/findings.md`` is made from the registry, and a test compares them."""

from __future__ import annotations

from collections.abc import Iterable

from eventmail.mailings.findings.finding import Level
from eventmail.mailings.findings.registry import RULES, Rule

WEIGHTS = {Level.BLOCK: "止める", Level.WARN: "警告", Level.NOTE: "お知らせ"}
HEAD = """# 指摘の一覧

下書きの画面に出る指摘です。「止める」は直すまで提出できません。「警告」は理由を書いて答えます
（確認者と決裁者に見えます）。「お知らせ」はそのまま提出できます。
行は設計の「漏えいの起こり方」の番号（L3など）です。この表は `tools/findings_page.py` が
`eventmail/mailings/findings/registry.py` から作ります。

| 符号 | 重さ | 行 | 見つけるもの | 直し方 |
|---|---|---|---|---|
"""
TAIL = """
## ほかの部屋が出すもの

| 符号 | 重さ | 行 | 見つけるもの | 直し方 |
|---|---|---|---|---|
| `no_expected_count` | 止める | L9 | 予定の件数が入力されていない | 本文の編集画面で入力する |
| `no_since` | 止める | L9 | 「前のメールのあとに加わった人」のもとのメールがない | 選び直す |
| `chosen_gone` | 警告 | L10 | 選んだ送信先に、もう参加しない人がいる | 送信先を選ぶ画面で確かめる |
| `batch_not_allowed` | 止める | L1 | 認められていないBCC一括 | 個別送信を選ぶ |
| `erased` | 止める | — | 送信先が保存期間で消去されている | 新しいメールを作る |
| `unwritable` | 止める | — | メールとして書けない文字や名前 | 文面を直す |
| 送信ゲートの規則 | 止める | L1 L3 L5 L17 | 作ったメールのバイト列の誤り（`eventmail/wire/rules.py`） | 文面か資料を直す |

L1、L2、L7の一部、L12〜L15、L17、L18、L20は、指摘ではなく型・表・手順そのものが防ぎます
（[architecture.md](architecture.md)）。L7の宛名ズレは、名簿の取り込みのときにも
`eventmail/roster/alarms.py` が知らせます。

## 誤った指摘を減らすために

- 名字だけでは人と見なしません（「担当の鈴木」は黙ります）。氏名は、空白や改行で分かれていても、
  字体が違っても（髙と高）見つけますが、別の名前の一部（田中健と田中健康食品）では黙ります。
  所の職員と同じ氏名、「○○公共職業安定所長」に続く氏名も黙ります。
- 会社名は、法人の種類か敬称が付いているか、5文字以上で前後と切れているときだけ見ます。
  会場や主催の事業所、共催・後援と書かれた事業所は除きます。
- 「案」「一覧」「内部」「個人」は語として見ます（案内、持ち物一覧、内部統制、個人事業主は黙ります）。
- 過去の日付は、文がこれからのことを言うときだけ見ます（「まで」「ください」「締切」など）。
- 所の日常のメール60通（`tests/mailings/findings/corpus/`）では、止める指摘は0件、警告は全部で2件です。
  どれも確かめる理由があります（`test_corpus.py`）。同じ60通に参加事業所のアドレス・電話・氏名を
  1つ足すと、60通すべてで止まります。
"""


def page() -> str:
    """The whole page in Markdown."""
    return HEAD + "\n".join(_lines(RULES)) + "\n" + TAIL


def _lines(rules: Iterable[Rule]) -> Iterable[str]:
    for each in rules:
        weight = "・".join(WEIGHTS[level] for level in each.levels)
        yield f"| `{each.code}` | {weight} | {each.lines} | {each.sees} | {each.way_out} |"
