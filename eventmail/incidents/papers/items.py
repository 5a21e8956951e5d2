"""What is reported to the Personal Information Protection Commission: the items of the rules.

Source: 個人情報の保護に関する法律施行規則（平成28年個人情報保護委員会規則第3号）
第8条第1項各号（個人情報取扱事業者）、第44条第1項各号（行政機関の長等）. 速報 and 確報 have the same
items; a 速報 tells what is known by then, and what is not known yet is told later.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from eventmail.incidents.models import Law


class Variant(enum.StrEnum):
    """How far it is known."""

    FIRST = "first"
    FINAL = "final"


VARIANT_NAMES = {Variant.FIRST: "速報", Variant.FINAL: "確報"}


@dataclass(frozen=True, slots=True)
class Items:
    """The headings of one law, in the order of the rules, and where they stand."""

    cited: dict[Variant, str]
    data: str

    @property
    def titles(self) -> tuple[str, ...]:
        """The nine items."""
        return (
            "概要",
            f"漏えい等が発生し、又は発生したおそれがある{self.data}の項目",
            f"漏えい等が発生し、又は発生したおそれがある{self.data}に係る本人の数",
            "原因",
            "二次被害又はそのおそれの有無及びその内容",
            "本人への対応の実施状況",
            "公表の実施状況",
            "再発防止のための措置",
            "その他参考となる事項",
        )


ITEMS = {
    Law.ADMINISTRATIVE: Items(
        {
            Variant.FIRST: "個人情報の保護に関する法律第68条第1項、同法施行規則第44条第1項",
            Variant.FINAL: "個人情報の保護に関する法律第68条第1項、同法施行規則第44条第2項",
        },
        "保有個人情報",
    ),
    Law.PRIVATE: Items(
        {
            Variant.FIRST: "個人情報の保護に関する法律第26条第1項、同法施行規則第8条第1項",
            Variant.FINAL: "個人情報の保護に関する法律第26条第1項、同法施行規則第8条第2項",
        },
        "個人データ",
    ),
}
