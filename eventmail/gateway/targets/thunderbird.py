"""Thunderbird: its own warning, set and locked by a policy."""

from __future__ import annotations

import json

from eventmail.gateway.rule import Rule
from eventmail.gateway.targets.base import Target, own_ones_too
from eventmail.language import said

THRESHOLD = "mail.compose.warn_public_recipients.threshold"
ASKS = "mail.compose.warn_public_recipients.aggressive"


def write(rule: Rule) -> str:
    """policies.json."""
    wanted = {THRESHOLD: rule.refused, ASKS: True}
    locked = {name: {"Value": value, "Status": "locked"} for name, value in wanted.items()}
    return json.dumps({"policies": {"Preferences": locked}}, indent=2) + "\n"


THUNDERBIRD = Target(
    key="thunderbird",
    name=said("Thunderbird（送信前の確認）"),
    relies_on=said(
        "Thunderbird 102以上の設定「{threshold}」「{asks}」（公開されているソースによる）"
        "と、"
        "ポリシーの「Preferences」。",
        threshold=THRESHOLD,
        asks=ASKS,
    ),
    tried=said("ファイルの形だけを試しています。Thunderbirdそのものでは試していません。"),
    filename="policies.json",
    write=write,
    sees=own_ones_too,
    place=(
        said(
            "Thunderbirdを入れたフォルダーの下に「distribution」フォルダーを作り、"
            "このファイルを置きます。"
            "グループポリシー（ADMX）の「Preferences」でも、同じ内容を配れます。"
        ),
        said("すでにpolicies.jsonがあるときは、「Preferences」の中身だけを書き足します。"),
    ),
    trial=(
        said("Thunderbirdを起動し直し、「about:policies」に2つの設定が出ることを確かめます。"),
        said(
            "作成の画面で、Toに宛先を入れていきます。規則の件数に達すると、BCCを勧める表示が出て、"
            "そのまま送信を押すと確認が出ます。"
        ),
    ),
    blind=(
        said(
            "止めません。確認が出るだけで、職員は送信を続けられます。"
            "サーバーの規則と合わせて使ってください。"
        ),
        said("所内の宛先も数えます。自分のドメインを除く設定はありません。"),
        said("説明の言葉とリンクは変えられません。"),
    ),
    removal=(said("policies.jsonからこの2つを消し、Thunderbirdを起動し直します。"),),
    mimetype="application/json",
    stops=False,
)
