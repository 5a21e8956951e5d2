"""Two ready notices to begin with: what a bureau told its offices after a leak."""

from __future__ import annotations

from sqlalchemy.orm import Session

from eventmail.errors import NotFound
from eventmail.notices import drafting
from eventmail.notices.drafting import Words
from eventmail.notices.models import Kind
from eventmail.offices.models import Staff

NAME = "example"
CAUTION = """管内の所で、事業所あてのメールを送る際に、ほかの事業所の\
メールアドレスが見える状態で送信する事案が発生しました。

事業所あてのメールを担当する職員は、次のことを徹底してください。

1　外部の2者以上に同じ内容を送るときは、イベントメールの個別送信を使う。
2　やむを得ずメールソフトで送るときは、あて先を「To」や「Cc」に並べない。
3　送信の前に、あて先・件名・本文・添付を、別の職員と2人で確かめる。
4　あて先が見える状態で送ったことに気づいたときは、すぐに所の管理者に報告する。

読み終えたら、この画面の「読みました」を押してください。
"""
INSTRUCTION = """管内の所で、ほかの事業所の\
メールアドレスが見える状態でメールを送信する事案が発生しました。

各所の管理者は、次のことを行ってください。

1　所の職員に、今回の事案と、あて先の確認の手順を周知する。
2　外部へメールを送るときの決まり（BCCまたは個別送信、\
複数の職員による確認）が守られているかを点検する。
3　起案の書面に送信方法が書かれ、決裁者が確かめられるようになっているかを点検する。
4　職員の全員に自主点検表を答えさせ、結果を確認する。

期限までに行い、「読みました」を押してください。
"""
EXAMPLES = {
    1: Words("事業所あてのメールの送信方法とあて先の確認について", CAUTION, Kind.CAUTION),
    2: Words("メールの誤送信の再発防止について", INSTRUCTION, Kind.INSTRUCTION),
}


def _of(_session: Session, _overseer: Staff, number: int) -> Words:
    if number not in EXAMPLES:
        raise NotFound
    return EXAMPLES[number]


drafting.add(NAME, _of)
