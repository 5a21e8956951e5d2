"""Postfix: header_checks with a pattern of PCRE."""

from __future__ import annotations

from eventmail.gateway import patterns
from eventmail.gateway.escaping import for_postfix
from eventmail.gateway.rule import Rule
from eventmail.gateway.targets.base import Target, fullest_header
from eventmail.language import said

WAY = "/etc/postfix/eventmail-to-cc.pcre"
# Behind the line of the service that takes mail from inside.
OPTION = "-o cleanup_service_name=cleanup-out"
# Postfix would look into attached mails as well: a forwarded one may show as many as it likes.
SERVICE = f"""\
cleanup-out unix n - n - 0 cleanup
  -o header_checks=pcre:{WAY}
  -o nested_header_checks=
  -o mime_header_checks=
"""


def write(rule: Rule) -> str:
    """The table, with what goes into master.cf as comments."""
    told = "".join(f"#     {line}\n" for line in SERVICE.splitlines())
    return f"""\
# More than {rule.limit} external addresses in one To or Cc header: refuse.
# {WAY}
#
# master.cf, behind the line of submission or smtpd that takes mail from inside:
#     {OPTION}
# master.cf, at its end:
{told}#
/{patterns.pcre(rule)}/
    REJECT 5.7.1 {for_postfix(rule.english)}
"""


POSTFIX = Target(
    key="postfix",
    name=said("Postfix（header_checks）"),
    relies_on=said(
        "Postfix 3.0以上とpostfix-pcre（header_checks(5)、pcre_table(5)）。3.7.11で試しました。"
    ),
    tried=said(
        "本物のPostfixと同じ表の読み手（postmap -hq）と、動いているPostfixに、"
        "同じメールを通しています。"
    ),
    filename="eventmail-to-cc.pcre",
    write=write,
    sees=fullest_header,
    place=(
        said(
            "このファイルを {way} に置きます。PCREが使えるかは「postconf -m」にpcreが出るかで"
            "わかります（Debian・Ubuntuではpostfix-pcreを入れます）。",
            way=WAY,
        ),
        said(
            "外から届くメールには掛けません。master.cfで、職員のメールを受けるサービス"
            "（submissionなど）の行の次に、空白で始めて、上の「-o cleanup_service_name=…」"
            "を書きます。"
        ),
        said(
            "master.cfの終わりに、上の「cleanup-out」からの4行を（#を取って）加え、"
            "「postfix reload」を実行します。"
        ),
    ),
    trial=(
        said(
            "「postmap -hq - pcre:{way} < 02-refuse-1.eml」を実行します。"
            "REJECTの行が出れば止まります。"
            "何も出なければ通ります。",
            way=WAY,
        ),
        said("はじめの数日は、REJECTをWARNに変えて動かすと、止めずに記録だけを残せます。"),
    ),
    blind=(
        said(
            "ToとCcを合わせて数えられません。header_checksは1つのヘッダーずつ調べるからです。"
            "合わせて数えるには、"
            "下のrspamdをmilterとして使います。"
        ),
        said(
            "1つのヘッダーがheader_size_limit（既定は102,400バイト）を超えると、"
            "超えたところから先を見ません。"
            "そこまでに数がそろえば止まります。"
        ),
        said("Bcc、配布リストの中の人数、暗号化された添付のメールの中のヘッダーは見ません。"),
        said(
            "サーバーの上でsendmailコマンドから送るメールには、pickupの行にも同じ指定が要ります。"
        ),
        said("止めたメールのヘッダーは、Postfixのログに（アドレスのまま）残ります。"),
        said("コンマのない並びは、1件に数えます（ふつうのメールソフトは作りません）。"),
        said(
            "閉じていないかっこが何千も続くような、"
            "わざと壊したヘッダーは数え切れずに通ることがあります。"
        ),
    ),
    removal=(
        said(
            "submissionの「-o cleanup_service_name=cleanup-out」を消して「postfix reload」"
            "を実行します。"
            "表のファイルとcleanup-outの行は、そのあとで消せます。"
        ),
    ),
)
