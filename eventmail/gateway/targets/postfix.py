"""Postfix: header_checks with a pattern of PCRE."""

from __future__ import annotations

from eventmail.gateway import patterns
from eventmail.gateway.escaping import for_postfix
from eventmail.gateway.rule import Rule
from eventmail.gateway.targets.base import Target, fullest_header

WAY = "/etc/postfix/eventmail-to-cc.pcre"


def write(rule: Rule) -> str:
    """The table, with how it is put in as comments."""
    return f"""\
# More than {rule.limit} external addresses in one To or Cc header: refuse.
# {WAY}, for a cleanup(8) of its own that only mail from inside goes through.
/{patterns.pcre(rule)}/
    REJECT 5.7.1 {for_postfix(rule.english)}
"""


POSTFIX = Target(
    key="postfix",
    name="Postfix（header_checks）",
    relies_on="Postfix 3.0以上とpostfix-pcre（header_checks(5)、pcre_table(5)）。"
    "3.7.11で試しました。",
    tried="本物のPostfixと同じ表の読み手（postmap -hq）と、動いているPostfixに、"
    "同じメールを通しています。",
    filename="eventmail-to-cc.pcre",
    write=write,
    sees=fullest_header,
    place=(
        f"このファイルを {WAY} に置きます。PCREが使えるかは「postconf -m」にpcreが出るかで"
        "わかります（Debian・Ubuntuではpostfix-pcreを入れます）。",
        "外から届くメールには掛けません。master.cfで、"
        "職員のメールを受けるサービス（submissionなど）"
        "に「-o cleanup_service_name=cleanup-out」を付けます。",
        "master.cfに「cleanup-out unix n - n - 0 cleanup」の行を加え、その次の行に、空白で始めて"
        f"「-o header_checks=pcre:{WAY}」と書き、「postfix reload」を実行します。",
    ),
    trial=(
        f"「postmap -hq - pcre:{WAY} < 02-refuse-1.eml」を実行します。"
        "REJECTの行が出れば止まります。"
        "何も出なければ通ります。",
        "はじめの数日は、REJECTをWARNに変えて動かすと、止めずに記録だけを残せます。",
    ),
    blind=(
        "ToとCcを合わせて数えられません。header_checksは1つのヘッダーずつ調べるからです。"
        "合わせて数えるには、"
        "下のrspamdをmilterとして使います。",
        "1つのヘッダーがheader_size_limit（既定は102,400バイト）を超えると、"
        "超えたところから先を見ません。"
        "そこまでに数がそろえば止まります。",
        "Bcc、配布リストの中の人数、暗号化された添付のメールの中のヘッダーは見ません。",
        "コンマのない並びは、1件に数えます（ふつうのメールソフトは作りません）。",
        "閉じていないかっこが何千も続くような、"
        "わざと壊したヘッダーは数え切れずに通ることがあります。",
    ),
    removal=(
        "submissionの「-o cleanup_service_name=cleanup-out」を消して「postfix reload」"
        "を実行します。"
        "表のファイルとcleanup-outの行は、そのあとで消せます。",
    ),
)
