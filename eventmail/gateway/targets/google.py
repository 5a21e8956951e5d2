"""Google Workspace: an expression for content compliance, over the full headers."""

from __future__ import annotations

from eventmail.gateway import patterns
from eventmail.gateway.escaping import for_words
from eventmail.gateway.rule import Rule
from eventmail.gateway.targets.base import Target, by_pattern
from eventmail.language import said


def write(rule: Rule) -> str:
    """What is typed into each field of the console."""
    return f"""\
【設定の名前】
To/Ccの外部の宛先が{rule.limit}件を超える（イベントメール）

【影響を受けるメール】
送信

【式】高度なコンテンツ マッチ
場所：完全なヘッダー
一致タイプ：正規表現に一致
正規表現：
{patterns.re2(rule)}

【操作】
メールを拒否

【拒否の通知】
{for_words(rule.japanese)}
"""


GOOGLE = Target(
    key="google",
    name=said("Google Workspace（コンテンツ コンプライアンス）"),
    relies_on=said(
        "Google Workspaceの「コンテンツ コンプライアンス」とRE2の構文（Googleの文書による）。"
    ),
    tried=said(
        "正規表現の数え方だけを試しています。RE2そのもの（2025年11月版）でも同じ結果でした。"
        "Googleの管理コンソールでは試していません。"
    ),
    filename="eventmail-to-cc-google.txt",
    write=write,
    sees=by_pattern,
    place=(
        said(
            "管理コンソールの「アプリ」→「Google Workspace」→「Gmail」→「コンプライアンス」→"
            "「コンテンツ コンプライアンス」で「設定」を押し、上の内容をそれぞれの欄に入れます。"
        ),
        said("反映には最長で24時間かかります。"),
    ),
    trial=(
        said(
            "はじめは操作を「メールを変更」→「件名に追加」にして、試験用の組織部門だけに適用します。"
        ),
        said("試験用のメールと同じ宛先のメールを、その部門のアカウントから送って確かめます。"),
    ),
    blind=(
        said(
            "RE2は先読みができないので、「自分のドメインでないもの」を1文字ずつ書き下しています。"
            "1つのドメインで2,000字ほどになり、50件で20ドメインのときは、"
            "RE2が大きすぎると断りました。"
            "保存できないときは、ドメインか件数を減らしてください。"
        ),
        said(
            "引用符を解しません。表示名の終わりがアドレスになっている宛先（引用符なし）は、"
            "多めに数えます。"
        ),
        said("Bccと、グループの中の人数は見ません。"),
    ),
    removal=(said("同じ画面で、この設定を無効にするか削除します。"),),
    encoding="utf-8-sig",
    newline="\r\n",
)
