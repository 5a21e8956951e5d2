"""What the page for a change of contact says, in Japanese and in English."""

from __future__ import annotations

from eventmail.own_page.words import JAPANESE

# name: (Japanese, English)
WORDS = {
    "title": ("担当者・アドレスの変更", "Change of contact person or address"),
    "text": (
        "このページのメールを受け取る担当者や、メールアドレスの変更を申し出ることができます。"
        "いま登録されているアドレスに確認コードをお送りし、その入力をもって変更します。",
        "Here you can ask for another contact person or mail address. A code is mailed to the "
        "address that is registered now; the change is made once the code is entered.",
    ),
    "department": ("部署", "Department"),
    "job": ("役職", "Job title"),
    "name": ("担当者名", "Name"),
    "address": ("メールアドレス", "Mail address"),
    "address_now": (
        "いまの登録は {masked} です。変えないときは、空のままにしてください。",
        "Registered now: {masked}. Leave it empty to keep it.",
    ),
    "propose": ("変更を申し出る", "Ask for this change"),
    "waiting": ("変更の申し出を受け付けています", "Your request is waiting"),
    "waiting_text": (
        "{day}までに、登録されているアドレスに届いた確認コードを入力してください。"
        "前のアドレスが使えないときは、{office}へお電話ください。",
        "Until {day}, please enter the code that was mailed to the registered address. If that "
        "address cannot be read any more, please telephone {office}.",
    ),
    "agreed_text": (
        "確認コードを受け付けました。{office}で内容を確かめてから変更します。",
        "Your code was accepted. {office} will look at the change and make it.",
    ),
    "code": ("確認コード（数字8けた）", "Code (8 digits)"),
    "confirm": ("この内容に変更する", "Make this change"),
    "withdraw": ("申し出を取り下げる", "Withdraw the request"),
    "wrong_code": (
        "確認コードが違います。届いたメールを確かめて、もう一度入力してください。",
        "This is not the code. Please look at the mail and enter it again.",
    ),
    "over": (
        "この申し出は期限が過ぎたか、コードを続けて間違えたため、使えなくなりました。"
        "下から、もう一度申し出てください。",
        "The request is too old, or wrong codes were entered too often. Please ask again below.",
    ),
    "bad_address": (
        "メールアドレスを読めません。1つだけ、例のように入力してください（例：tanto@example.jp）。",
        "This is no mail address. Please enter exactly one (for example name@example.jp).",
    ),
    "too_long": ("200文字までで入力してください。", "Please write no more than 200 letters."),
    "nothing_changed": (
        "いまの登録と同じ内容です。変えたいところを直してから、申し出てください。",
        "This is what is registered now. Please change something first.",
    ),
    "too_often": (
        "1日に申し出られるのは3回までです。あしたもう一度お試しになるか、主催した所へお電話ください。",
        "No more than three requests a day. Please try again tomorrow, or telephone the office.",
    ),
    "withdrawn": ("申し出を取り下げました。", "The request was withdrawn."),
    "changed_title": ("変更しました", "The change was made"),
    "changed_text": (
        "担当者・アドレスを変更しました。アドレスを変えたときは、このリンクは使えなくなり、"
        "新しいリンクを新しいアドレスにお送りします。",
        "The change was made. If the address is another one now, this link has ended, and a new "
        "one is mailed to the new address.",
    ),
}


class Told:
    """These words in one language."""

    def __init__(self, language: str) -> None:
        self._index = 0 if language == JAPANESE else 1

    def __call__(self, name: str, /, **values: object) -> str:
        """The sentence of that name."""
        return WORDS[name][self._index].format(**values)
