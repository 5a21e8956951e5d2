"""What the gate can find wrong, and the sentence the office reads. None names an address."""

from __future__ import annotations

_STOPPED = "送信を止めました。"
_SYSTEM = "システム管理者に連絡してください。"
_BROKEN = f"メールの形式に誤りがあるため、{_STOPPED}{_SYSTEM}"
_SHOWN = f"メールのヘッダーに送信してはならない項目があるため、{_STOPPED}{_SYSTEM}"

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
    "html": (
        f"HTML形式の本文が文字だけの本文と一致しないため、{_STOPPED}HTML形式を付けずに送信してください。"
    ),
    "automatic": f"自動送信の印が付いたメールを所の外へ送ろうとしたため、{_STOPPED}{_SYSTEM}",
    # headers that could show somebody
    "forbidden_header": _SHOWN,
    "unknown_header": _SHOWN,
    "duplicate_header": _SHOWN,
    # who sends to whom
    "envelope": f"あて先の指定に誤りがあるため、{_STOPPED}{_SYSTEM}",
    "sender": f"差出人がこの所のアドレスではないため、{_STOPPED}差出人の設定を確認してください。",
    "return_path": (
        f"届かなかったときの知らせの戻り先が決められた形ではないため、{_STOPPED}{_SYSTEM}"
    ),
    "reply_to": f"返信先がこの所のアドレスではないため、{_STOPPED}返信先の設定を確認してください。",
    "to": f"あて先（To）が決められた1件と一致しないため、{_STOPPED}{_SYSTEM}",
    "suppressed": (
        f"配信を停止しているあて先が入っているため、{_STOPPED}"
        "もう一度確認を依頼して、そのあて先を外してください。"
    ),
    "unsubscribe": f"配信停止のリンクがあて先のものと一致しないため、{_STOPPED}{_SYSTEM}",
    "date": _BROKEN,
    "message_id": f"メールの番号（Message-ID）に誤りがあるため、{_STOPPED}{_SYSTEM}",
    # other people's addresses
    "header_address": (
        f"{{place}}にメールアドレスが入っているため、{_STOPPED}{{place}}から取り除いてください。"
    ),
    "other_address": (
        f"{{place}}にほかの参加事業所のメールアドレスが入っているため、{_STOPPED}"
        "取り除いてから、もう一度確認と決裁を受けてください。"
    ),
    # what goes along
    "materials": f"添付ファイルが決裁を受けた資料と一致しないため、{_STOPPED}{_SYSTEM}",
    "unsearchable_material": (
        f"{{place}}の中身を調べられないため、{_STOPPED}"
        "パスワードや圧縮をやめた形で保存し直してください。"
    ),
}


class GateRefusal(Exception):
    """The gate let nothing through: ``rule`` is a key of :data:`RULES`, ``place`` says where.

    Neither ``message_ja`` nor ``place`` repeats the address that was found.
    """

    def __init__(self, rule: str, place: str = "メール") -> None:
        self.rule = rule
        self.place = place
        self.message_ja = RULES[rule].format(place=place)
        super().__init__(f"{rule}: {self.message_ja}")
