"""Exchange Online and Exchange Server: one transport rule for each of the two headers."""

from __future__ import annotations

from eventmail.gateway import patterns
from eventmail.gateway.escaping import for_powershell
from eventmail.gateway.rule import Rule
from eventmail.gateway.targets.base import Target, fullest_by_pattern
from eventmail.language import said


def write(rule: Rule) -> str:
    """The commands."""
    return f"""\
# ToかCcの1つのヘッダーに外部の宛先が{rule.limit}件を超えるメールを断る規則。
# $mode を 'Audit' にすると、止めずに記録だけを残します。
$mode = 'Enforce'
$pattern = {for_powershell(patterns.dotnet(rule))}
$text = {for_powershell(rule.japanese)}
foreach ($name in 'To', 'Cc') {{
    New-TransportRule -Name "Eventmail: external addresses in $name" `
        -FromScope InOrganization `
        -HeaderMatchesMessageHeader $name -HeaderMatchesPatterns $pattern `
        -UseLegacyRegex $false `
        -RejectMessageEnhancedStatusCode '5.7.1' -RejectMessageReasonText $text `
        -Mode $mode
}}
"""


EXCHANGE = Target(
    key="exchange",
    name=said("Exchange Online・Exchange Server（メールフロー ルール）"),
    relies_on=said(
        "Exchange Server 2013以上とExchange OnlineのNew-TransportRule（Microsoftの文書による）。"
    ),
    tried=said(
        "パターンの数え方だけを、同じ書式の正規表現で試しています。"
        "Exchangeそのものでは試していません。"
    ),
    filename="eventmail-to-cc.ps1",
    write=write,
    sees=fullest_by_pattern,
    place=(
        said(
            "Exchange Online PowerShell（Connect-ExchangeOnline）か、Exchange管理シェルで、"
            "このファイルの"
            "中身を実行します。ToとCcに1つずつ、2つのルールができます。"
        ),
        said("ファイルはBOM付きUTF-8です。Windows PowerShell 5.1でも日本語が壊れません。"),
    ),
    trial=(
        said(
            "$modeを'Audit'にして作り、試験用のメールを送って、"
            "メッセージ追跡でルールに当たったことを確かめます。"
        ),
        said(
            '確かめたら「Set-TransportRule "Eventmail: external addresses in To" -Mode Enforce」'
            "（Ccも同じ）で止めるようにします。"
        ),
    ),
    blind=(
        said(
            "ToとCcを合わせて数えられません。条件は1つのヘッダーずつで、外部の宛先の「件数」"
            "という条件はありません。"
        ),
        said(
            "符号化された表示名は、元の文字に戻してから調べるので、"
            "その中のアドレスも数えることがあります。"
        ),
        said(
            "引用符を解しません。表示名の終わりがアドレスになっている宛先（引用符なし）は、"
            "多めに数えます。"
        ),
        said(
            "長いパターンのルールは保存できません（1つのルールは8 KBまで）。"
            "ドメインが多いときは減らしてください。"
        ),
        said(
            "Bccと、配布グループの中の人数は見ません。Purview DLPの「RecipientCountOver」"
            "は件数を数えますが、"
            "所内の宛先もBccも数えるので、この規則の代わりにはなりません。"
        ),
    ),
    removal=(
        said(
            '「Get-TransportRule "Eventmail: external addresses in *" | Remove-TransportRule」を'
            "実行します。"
        ),
    ),
    encoding="utf-8-sig",
    newline="\r\n",
)
