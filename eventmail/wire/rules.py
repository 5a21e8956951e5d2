"""What the gate can find wrong, and the sentence the office reads. None names an address."""

from __future__ import annotations

from eventmail.language import said

_BROKEN = said("メールの形式に誤りがあるため、送信を止めました。システム管理者に連絡してください。")
_SHOWN = said(
    "メールのヘッダーに送信してはならない項目があるため、送信を止めました。システム管理者に連絡してください。"
)

RULES: dict[str, str] = {
    # the form of the bytes
    "nul": _BROKEN,
    "eight_bit": _BROKEN,
    "bare_newline": _BROKEN,
    "long_line": _BROKEN,
    "header_syntax": _BROKEN,
    "missing_header": _BROKEN,
    "mime": _BROKEN,
    "charset": _BROKEN,
    "encoding": _BROKEN,
    "base64": _BROKEN,
    "trailing": _BROKEN,
    "html": said(
        "HTML形式の本文が文字だけの本文と一致しないため、送信を止めました。HTML形式を付けずに送信してください。"
    ),
    "automatic": said(
        "自動送信の印が付いたメールを所の外へ送ろうとしたため、送信を止めました。システム管理者に連絡してください。"
    ),
    # headers that could show somebody
    "forbidden_header": _SHOWN,
    "unknown_header": _SHOWN,
    "duplicate_header": _SHOWN,
    # who sends to whom
    "envelope": said(
        "あて先の指定に誤りがあるため、送信を止めました。システム管理者に連絡してください。"
    ),
    "sender": said(
        "差出人がこの所のアドレスではないため、送信を止めました。差出人の設定を確認してください。"
    ),
    "return_path": said(
        "届かなかったときの知らせの戻り先が決められた形ではないため、送信を止めました。システム管理者に連絡してください。"
    ),
    "reply_to": said(
        "返信先がこの所のアドレスではないため、送信を止めました。返信先の設定を確認してください。"
    ),
    "to": said(
        "あて先（To）が決められた1件と一致しないため、送信を止めました。システム管理者に連絡してください。"
    ),
    "suppressed": said(
        "配信を停止しているあて先が入っているため、送信を止めました。"
        "もう一度確認を依頼して、そのあて先を外してください。"
    ),
    "unsubscribe": said(
        "配信停止のリンクがあて先のものと一致しないため、送信を止めました。システム管理者に連絡してください。"
    ),
    "date": _BROKEN,
    "message_id": said(
        "メールの番号（Message-ID）に誤りがあるため、送信を止めました。システム管理者に連絡してください。"
    ),
    # other people's addresses
    "header_address": said(
        "{place_said}にメールアドレスが入っているため、送信を止めました。{place_said}から取り除いてください。"
    ),
    "other_address": said(
        "{place_said}にほかの参加事業所のメールアドレスが入っているため、送信を止めました。"
        "取り除いてから、もう一度確認と決裁を受けてください。"
    ),
    # what goes along
    "materials": said(
        "添付ファイルが決裁を受けた資料と一致しないため、送信を止めました。システム管理者に連絡してください。"
    ),
    "unsearchable_material": said(
        "{place_said}の中身を調べられないため、送信を止めました。"
        "パスワードや圧縮をやめた形で保存し直してください。"
    ),
}


class GateRefusal(Exception):
    """The gate let nothing through: ``rule`` is a key of :data:`RULES`, ``place`` says where.

    Neither ``message_ja`` nor ``place`` repeats the address that was found.
    """

    def __init__(self, rule: str, place: str = said("メール")) -> None:
        self.rule = rule
        self.place = place
        self.message_ja = RULES[rule].format(place_said=place)
        super().__init__(f"{rule}: {self.message_ja}")
