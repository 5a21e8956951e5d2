"""The papers of an incident: what each is called, who makes it of the facts, who may read it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from eventmail.incidents.papers import commission, internal, public
from eventmail.incidents.papers.values import Facts
from eventmail.language import said
from eventmail.papers.paper import Paper


class Kind(enum.StrEnum):
    """Which paper."""

    INTERNAL = "internal"
    FIRST = "first"
    FINAL = "final"
    PRESS = "press"
    CIRCULAR = "circular"


@dataclass(frozen=True, slots=True)
class Sort:
    """One kind of paper. ``public``: no name of staff or of a company may stand in it;
    ``hides_office``: nor the name of the office.
    """

    name: str
    about: str
    make: Callable[[Facts], Paper]
    public: bool = False
    hides_office: bool = False


SORTS = {
    Kind.INTERNAL: Sort(
        said("所内報告（顛末書）"),
        said("すべての事実を、職員と事業所の名前とともに書きます。所の外には出しません。"),
        internal.report,
    ),
    Kind.FIRST: Sort(
        said("個人情報保護委員会への報告事項（速報）"),
        said("規則の項目の順です。まだ分からないことは「確認中」になります。"),
        commission.first,
    ),
    Kind.FINAL: Sort(
        said("個人情報保護委員会への報告事項（確報）"),
        said("速報と同じ項目です。「確認中」がなくなってから報告します。"),
        commission.final,
    ),
    Kind.PRESS: Sort(
        said("報道発表"),
        said("概要・事実経過・発生原因・再発防止策です。職員と事業所の名前は出ません。"),
        public.press,
        public=True,
    ),
    Kind.CIRCULAR: Sort(
        said("各所への通知（注意喚起）"),
        said("労働局から各所の長へ知らせる書類です。どの所の事案かと、名前は出ません。"),
        public.circular,
        public=True,
        hides_office=True,
    ),
}
