"""Company names for comparing: one company under two spellings."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_FORMS = {
    "(株)": "株式会社",
    "(有)": "有限会社",
    "(同)": "合同会社",
    "(資)": "合資会社",
    "(名)": "合名会社",
    "(学)": "学校法人",
    "(医)": "医療法人",
    "(福)": "社会福祉法人",
    "(社福)": "社会福祉法人",
    "(一社)": "一般社団法人",
    "(公社)": "公益社団法人",
    "(一財)": "一般財団法人",
    "(公財)": "公益財団法人",
    "(特非)": "特定非営利活動法人",
    "npo法人": "特定非営利活動法人",
}
_FORM = re.compile("|".join(map(re.escape, _FORMS)))
# Bars that look alike in many fonts, and signs that people leave out.
_BARS = re.compile(r"[-\u2010-\u2015\u2212\u30fc\uff70\u2500~〜]+")
_LEFT_OUT = re.compile(r"[\s・·.,、。'’‘\"“”]+")
_VARIANTS = str.maketrans(
    "髙﨑塚濵濱邉邊齋斎齊澤國廣德眞櫻嶋冨", "高崎塚浜浜辺辺斉斉斉沢国広徳真桜島富"
)


@lru_cache(maxsize=200_000)
def company_key(name: str) -> str:
    """A company's name with width, blanks, bars, old letters and ㈱ for 株式会社 folded away."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("[", "(").replace("]", ")")
    plain = _LEFT_OUT.sub("", plain)
    if "(" in plain or "npo" in plain:
        plain = _FORM.sub(_formed, plain)
    return _BARS.sub("ー", plain).translate(_VARIANTS)


def _formed(found: re.Match[str]) -> str:
    return _FORMS[found[0]]
