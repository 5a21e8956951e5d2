"""Mail domains that everybody has, and how people mistype them and the ends of any domain.

Tables of what is known, not a register: a domain that stands nowhere here is an ordinary one.
"""

from __future__ import annotations


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


FREE_MAIL = _table("""
    gmail.com googlemail.com yahoo.co.jp yahoo.com ymail.ne.jp ymail.com rocketmail.com
    outlook.jp outlook.com hotmail.co.jp hotmail.com live.jp live.com msn.com icloud.com me.com
    mac.com aol.com aol.jp gmx.com gmx.net gmx.de mail.com email.com proton.me protonmail.com
    zoho.com yandex.com excite.co.jp infoseek.jp goo.jp mail.goo.ne.jp tutanota.com fastmail.com
    qq.com 163.com 126.com naver.com
""")
# Mistaken often enough to look around them. Short names (ocn, so-net, live) have real neighbours.
COMMON = (
    *("gmail.com", "yahoo.co.jp", "yahoo.com", "outlook.jp", "outlook.com", "hotmail.co.jp"),
    *("hotmail.com", "icloud.com", "docomo.ne.jp", "ezweb.ne.jp", "softbank.ne.jp"),
    *("i.softbank.jp", "vodafone.ne.jp", "ymobile.ne.jp", "nifty.com", "biglobe.ne.jp"),
    *("plala.or.jp", "excite.co.jp", "infoseek.jp", "googlemail.com", "asahi-net.or.jp"),
    *("infoweb.ne.jp", "mail.goo.ne.jp", "jcom.home.ne.jp"),
)
# One letter from a common one, and real.
NEIGHBOURS = _table("""
    ymail.com email.com mail.com gail.com gmal.com umail.com hmail.com smail.com tmail.com
    imail.com cloud.com ecloud.com ncloud.com ucloud.com fifty.com emobile.ne.jp
""")
MISTAKES = {
    "gmail.co.jp": "gmail.com",
    "gmail.jp": "gmail.com",
    "gmail.ne.jp": "gmail.com",
    "yahoo.ne.jp": "yahoo.co.jp",
    "yahoo.or.jp": "yahoo.co.jp",
    "yahoo.jp": "yahoo.co.jp",
    "yahoo.com.jp": "yahoo.co.jp",
    "docomo.co.jp": "docomo.ne.jp",
    "docomo.or.jp": "docomo.ne.jp",
    "docomo.jp": "docomo.ne.jp",
    "docomo.com": "docomo.ne.jp",
    "ezweb.co.jp": "ezweb.ne.jp",
    "ezweb.or.jp": "ezweb.ne.jp",
    "ezweb.jp": "ezweb.ne.jp",
    "ezweb.com": "ezweb.ne.jp",
    "au.ne.jp": "au.com",
    "softbank.jp": "i.softbank.jp",
    "softbank.or.jp": "softbank.ne.jp",
    "i.softbank.ne.jp": "i.softbank.jp",
    "i.softbank.co.jp": "i.softbank.jp",
    "i.softbank.com": "i.softbank.jp",
    "isoftbank.jp": "i.softbank.jp",
    "vodafone.co.jp": "vodafone.ne.jp",
    "ymobile.co.jp": "ymobile.ne.jp",
    "hotmail.ne.jp": "hotmail.co.jp",
    "outlook.co.jp": "outlook.jp",
    "outlook.ne.jp": "outlook.jp",
    "icloud.co.jp": "icloud.com",
    "icloud.jp": "icloud.com",
    "icloud.ne.jp": "icloud.com",
    "biglobe.or.jp": "biglobe.ne.jp",
    "plala.ne.jp": "plala.or.jp",
    "ocn.or.jp": "ocn.ne.jp",
    "so-net.or.jp": "so-net.ne.jp",
}
KINDS = ("co", "ne", "or", "ac", "ed", "go", "lg", "gr", "ad")
_NOT_JP = _table("jo jpp jjp j jl jb kp up hp jip jpj jop pj jpo jpn ip lp jq")
_NOT_CO = _table("c o cp vo xo c0 coo cco com")
_NOT_COM = _table("con cpm ocm vom xom comm coom cmo comn c0m clm cim")
_NOT_NET = _table("nett ney nrt ent")
_NO_TOPS = _table("jpp jjp jip jpj pj jpo jpn jop jl jb jq")
ENDINGS = {
    **{f".{kind}jp": f".{kind}.jp" for kind in KINDS},
    **{f".{kind}.{wrong}": f".{kind}.jp" for kind in KINDS for wrong in _NOT_JP},
    **{f".{wrong}.jp": ".co.jp" for wrong in _NOT_CO},
    **{f".{wrong}": ".com" for wrong in _NOT_COM},
    **{f".{wrong}": ".net" for wrong in _NOT_NET},
    **{f".{wrong}": ".jp" for wrong in _NO_TOPS},
    **{".co.jp.jp": ".co.jp", ".jp.co": ".co.jp", ".co.jp.com": ".co.jp"},
}
# A guess at what was meant ends as most domains do here.
LIKELY_TOPS = _table("jp com net org info biz example")
