"""Exim: two conditions for the ACL that sees the whole mail."""

from __future__ import annotations

from eventmail.gateway.escaping import for_exim
from eventmail.gateway.rule import Rule
from eventmail.gateway.targets.base import Target, all_of_them
from eventmail.language import said

# `lh_` gives one item for each header line; `addresses` takes groups, comments and quotes apart.
COUNT = (
    "${reduce{$lh_NAME:}{0}{${eval:$value+${listcount:${filter{${addresses:$item}}"
    "{!inlisti{${domain:$item}}{OWN}}}}}}}"
)
UNREADABLE = "The To or Cc header of this mail cannot be read. Please correct the addresses."

FROM_INSIDE = "${if or{{def:authenticated_id}{match_ip{$sender_host_address}{+relay_from_hosts}}}}"

# Exim shows an ACL no more than 64 KB of a header, and none whose name has a space behind it.
UNSEEN = (
    r"${if or{{>{${strlen:$lh_To:}}{60000}}{>{${strlen:$lh_Cc:}}{60000}}"
    r"{match{\n$message_headers_raw}{\N(?i)\n(?:to|cc)[ \t]+:\N}}}}"
)


def write(rule: Rule) -> str:
    """The lines for the ACL."""
    own = ":".join(map(for_exim, rule.written))
    to, cc = (COUNT.replace("NAME", name).replace("OWN", own) for name in ("To", "Cc"))
    return f"""\
  # More than {rule.limit} external addresses in To and Cc: refuse.
  # Put at the head of the ACL that acl_smtp_data names; only mail from inside is looked at.
  deny
    condition = {FROM_INSIDE}
    condition = ${{if >{{${{eval:{to}+{cc}}}}}{{{rule.limit}}}}}
    message = 5.7.1 {for_exim(rule.english)}
  deny
    condition = {FROM_INSIDE}
    !verify = header_syntax
    message = 5.7.1 {for_exim(UNREADABLE)}
  deny
    condition = {FROM_INSIDE}
    condition = {UNSEEN}
    message = 5.7.1 {for_exim(UNREADABLE)}
"""


EXIM = Target(
    key="exim",
    name=said("Exim（ACL）"),
    relies_on=said(
        "Exim 4.94以上（仕様書の「String expansions」と「Access control lists」）。"
        "4.96で試しました。"
    ),
    tried=said("本物のEximに、同じメールをSMTPで渡しています（exim -bh）。"),
    filename="eventmail-to-cc.acl",
    write=write,
    sees=all_of_them,
    place=(
        said(
            "設定の「acl_smtp_data」が指すACL（Debianでは「acl_check_data:」）のはじめに、"
            "この行を入れます。"
        ),
        said(
            "「hostlist relay_from_hosts」（所内のネットワーク）があることを確かめ、"
            "Eximに設定を読み直させます。"
        ),
    ),
    trial=(
        said("「exim -bV」で設定の誤りがないことを確かめます。"),
        said(
            "「exim -bh 所内のIPアドレス」を実行し、試験用のメールをSMTPの言葉で入れます。"
            "何も送らずに、"
            "止まるかどうかがわかります。"
        ),
        said(
            "はじめの数日は、denyをwarnに、messageの行を「logwrite = eventmail-to-cc」に変えると、"
            "止めずに記録だけを残せます。"
        ),
    ),
    blind=(
        said("Bcc、配布リストの中の人数、暗号化された添付のメールの中のヘッダーは見ません。"),
        said(
            "宛先の書き方が壊れているメールと、ToかCcが6万バイトを超えるメールは数えられないので、"
            "2つめと3つめのdenyが止めます（所内から出るものだけ）。"
        ),
        said("閉じていない「(」で始まる宛先は数えません（ふつうのメールソフトは作りません）。"),
        said(
            "職員がサーバーの上でsendmailコマンドから送るメールには、「acl_not_smtp」"
            "にも同じ行が要ります。"
        ),
    ),
    removal=(said("加えた3つのdenyを消し、Eximに設定を読み直させます。"),),
)
