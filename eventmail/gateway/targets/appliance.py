"""Appliances and services of other vendors: the rule in words, with numbers and cases."""

from __future__ import annotations

from eventmail.gateway.escaping import for_words
from eventmail.gateway.rule import Rule
from eventmail.gateway.targets.base import Target, all_of_them
from eventmail.language import said


def write(rule: Rule) -> str:
    """What is handed to the vendor."""
    n, over = rule.limit, rule.refused
    own = "\n".join(f"  ・{each}" for each in rule.written)
    return f"""\
メール誤送信防止の設定のお願い

1. 目的
  職員が、参加事業所など外部の方のアドレスをToやCcに並べて送ることを防ぎます。

2. 対象
  所内から出るメールだけです。外から届くメールには適用しません。

3. 内部とみなすドメイン（@より後ろが完全に一致するもの。大文字と小文字は区別しません）
{own}
  これらのサブドメインは、上に書いていなければ外部とみなします。

4. 数え方
  ・メールのヘッダーのToとCcにある、内部でないアドレスを数えます。
  ・ToとCcは合わせて数えます。同じ名前のヘッダーが2つ以上あれば、すべて合わせます。
  ・同じアドレスが2回あれば、2件に数えます。
  ・改行で折り返されたヘッダーは、1つにつないでから数えます。
  ・表示名、引用符の中、かっこの中の「@」や「,」は数えません。
  ・グループ（名前:アドレス, アドレス;）は、中のアドレスを数えます。
  ・Bccと、封筒の宛先（RCPT TO）は数えません。

5. 判定
  {n}件まで：そのまま送ります。
  {over}件以上：送らずに断り、送信者に次の文を返します。
  （日本語）{for_words(rule.japanese)}
  （英語）{for_words(rule.english)}

6. 確かめる場合
  ・外部{n}件をToに：送る
  ・外部{over}件をToに：断る
  ・外部{n}件をTo、1件をCcに：断る
  ・内部{n + 10}件をTo、外部1件をCcに：送る
  ・外部{over}件をBccに：送る
  ・表示名に「,」と「@」がある外部{n}件をToに：送る
  ・折り返されたToに外部{over}件：断る
  ToとCcを合わせて数えられないときは、その旨と、代わりの数え方をお知らせください。
"""


APPLIANCE = Target(
    key="appliance",
    name=said("そのほかの製品・サービス（業者への依頼文）"),
    relies_on=said("製品によりません。数え方を言葉と件数で書いています。"),
    tried=said("書いてある場合は、このページの判定と同じ結果になることを試しています。"),
    filename="eventmail-to-cc-irai.txt",
    write=write,
    sees=all_of_them,
    place=(said("誤送信防止の装置やサービスの業者に、この文をそのまま渡してください。"),),
    trial=(said("下の試験用のメールを、業者と一緒に通してください。"),),
    blind=(
        said("製品により、数えられないものがあります。業者の返事を、この文の横に控えてください。"),
    ),
    removal=(said("業者に、設定を取り除くよう依頼します。"),),
    encoding="utf-8-sig",
    newline="\r\n",
)
