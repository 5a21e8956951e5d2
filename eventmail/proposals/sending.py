"""How an office sends: BCC一括, the hold after approval, the look at the first copy."""

from __future__ import annotations

from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.settings import Value
from eventmail.proposals.kinds import Kind, Place, Row, add, stored

LARGEST_BATCH = 100
LONGEST = 1440
WRONG_SIZE = said(
    "一度に渡すあて先の数は、1から{most}までの数字にしてください。",
    most=LARGEST_BATCH,
)
WRONG_MINUTES = said("分数は、0から{most}までの数字にしてください。", most=LONGEST)
BATCHES_ON = said(
    "BCC一括では、1通のメールを複数のあて先にまとめて送信サーバーへ渡します。あて先は互いに"
    "見えませんが、「1通のあて先は1件だけ」という個別送信の守りがなくなり、途中のサーバーの不具合や"
    "設定の誤りで、ほかの参加事業所のアドレスが見えるおそれが増えます。"
)
BATCHES_OFF = said(
    "これからはBCC一括の案件を作れません。BCC一括で書いた案件も送れず、送信の途中のBCC一括は、"
    "まだ送っていない分を止めます。個別送信は変わりません。"
)
STILL_OFF = said("BCC一括は認めていないままなので、いまの送信は変わりません。")
HOLD = said(
    "決裁から送信開始まで待つあいだは、気づいた間違いを止められます。すでに決裁した送信の開始時刻は"
    "変わりません。"
)
NO_HOLD = said("決裁するとすぐに送信が始まり、気づいた間違いを止める時間がなくなります。")
BY_HAND = said("職員が送信控えを見て「送信する」を押すまで、参加事業所には送りません。")
BY_ITSELF = said(
    "だれも送信控えを見ていなくても、時間がたつと参加事業所に送ります。控えで気づけるはずの間違いが、"
    "そのまま届くおそれが増えます。"
)


def batches_in_words(value: Value) -> str:
    """Whether batches are allowed, and how large."""
    if not value["allowed"]:
        return said("認めない")
    return said("認める（一度に{size}件まで）", size=value["size"])


def hold_in_words(value: Value) -> str:
    """How long a sending waits after its approval."""
    return said("決裁の{minutes}分後", minutes=value) if value else said("決裁のあとすぐ")


def first_copy_in_words(value: Value) -> str:
    """When the rest follows the first copy."""
    if value is None:
        return said("職員が控えを確かめてから")
    if not value:
        return said("控えに続けてすぐ自動で")
    return said("控えを送って{minutes}分後に自動で", minutes=value)


def _describe_batches(before: Value, after: Value) -> list[Row]:
    allowed = (said("認める") if each["allowed"] else said("認めない") for each in (before, after))
    return [
        Row(said("BCC一括送信"), *allowed),
        Row(
            said("一度に渡すあて先"),
            *(said("{count}件まで", count=each["size"]) for each in (before, after)),
        ),
    ]


def _meaning_of_batches(before: Value, after: Value) -> str:
    if after["allowed"]:
        return BATCHES_ON
    return BATCHES_OFF if before["allowed"] else STILL_OFF


def _check_batches(_session: object, _place: Place, after: Value) -> Value:
    size = after["size"]
    if not isinstance(size, int) or not 1 <= size <= LARGEST_BATCH:
        raise UserError(WRONG_SIZE)
    return {"allowed": bool(after["allowed"]), "size": size}


def _safer_batches(before: Value, after: Value) -> bool:
    opens = after["allowed"] and not before["allowed"]
    return not opens and after["size"] <= before["size"]


def _check_minutes(_session: object, _place: Place, after: Value) -> Value:
    if after is None:
        return None
    if not isinstance(after, int) or not 0 <= after <= LONGEST:
        raise UserError(WRONG_MINUTES)
    return after


def _longer(before: Value, after: Value) -> bool:
    """By hand is the longest of all."""
    return before is not None and (after is None or after > before)


READ, APPLY = stored("batches")
BATCHES = add(
    Kind(
        name="batches",
        title=said("BCC一括送信"),
        read=READ,
        apply=APPLY,
        describe=_describe_batches,
        meaning=_meaning_of_batches,
        check=_check_batches,
        safer=_safer_batches,
    )
)
READ, APPLY = stored("hold")
HOLD_MINUTES = add(
    Kind(
        name="hold",
        title=said("送信開始までの待ち時間"),
        read=READ,
        apply=APPLY,
        describe=lambda before, after: [
            Row(said("送信の開始"), hold_in_words(before), hold_in_words(after))
        ],
        meaning=lambda _before, after: HOLD if after else NO_HOLD,
        check=_check_minutes,
        safer=_longer,
    )
)
READ, APPLY = stored("first_copy")
FIRST_COPY = add(
    Kind(
        name="first_copy",
        title=said("送信控えの確かめ方"),
        read=READ,
        apply=APPLY,
        describe=lambda before, after: [
            Row(said("残りの送信"), first_copy_in_words(before), first_copy_in_words(after))
        ],
        meaning=lambda _before, after: BY_HAND if after is None else BY_ITSELF,
        check=_check_minutes,
        safer=_longer,
    )
)
