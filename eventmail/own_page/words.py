"""What the participants' pages say, in Japanese and in English."""

from __future__ import annotations

from datetime import date, datetime

from eventmail import clock

JAPANESE, ENGLISH = "ja", "en"
LANGUAGES = {JAPANESE: "日本語", ENGLISH: "English"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
# name: (Japanese, English)
WORDS = {
    "page": ("参加者ページ", "Your page"),
    "skip": ("本文へ移動", "Skip to the content"),
    "language": ("表示の言語", "Language"),
    "only_yours": (
        "{company} {name}のページです。ほかの参加事業所の情報は表示しません。",
        "This is the page of {company} {name}. It shows nothing of any other participant.",
    ),
    "facts": ("イベント", "The event"),
    "when": ("開催日", "Date"),
    "hours": ("時間", "Time"),
    "place": ("会場", "Place"),
    "own_place": ("貴社のブース・時間", "Your booth and time"),
    "office": ("主催", "Organiser"),
    "calendar": ("カレンダーに追加する（.ics）", "Add to your calendar (.ics)"),
    "confirm_title": ("受け取りの確認", "Confirm receipt"),
    "confirm_text": (
        "ご案内を読んだら、押してください。主催者に「受け取った」ことだけが伝わります。",
        "Please press once you have read the information. The organiser learns only that.",
    ),
    "confirm": ("受け取りました", "I have received it"),
    "confirmed": (
        "{day}に、受け取りの確認をいただきました。",
        "You confirmed receipt on {day}.",
    ),
    "answers": ("回答", "Your answer"),
    "answered": ("{day}にいただいた回答が入っています。", "Your answer of {day} is filled in."),
    "answered_by_other": (
        "{day}に同じ事業所のほかの方からいただいた回答が入っています。",
        "The answer that a colleague of yours gave on {day} is filled in.",
    ),
    "answer_until": ("{day}まで回答を変更できます。", "You can change the answer until {day}."),
    "closed": (
        "いまは回答を受け付けていません。変更があるときは、{office}へご連絡ください。",
        "Answers are no longer taken here. If anything changes, please contact {office}.",
    ),
    "not_kept": (
        "回答は保存していません。下の内容を確かめてください。",
        "Nothing was saved. Please look through what is below.",
    ),
    "too_late": (
        "いまの回答は保存していません。開いている間に、回答の受付が終わりました。",
        "This answer was not saved: answers are no longer taken here.",
    ),
    "changed_meanwhile": (
        "開いている間に、質問かいまの回答が変わりました。入力した内容は下に残っています。"
        "確かめて、もう一度送ってください。",
        "The questions or the latest answer changed while this page was open. What you typed is "
        "still below; please look through it and send it again.",
    ),
    "letters": ("お送りしたメール", "Mails sent to you"),
    "no_letters": ("まだありません。", "None yet."),
    "letter": ("お送りしたメール", "A mail sent to you"),
    "sent_at": ("送信日", "Sent on"),
    "letter_gone": (
        "このメールは表示できません。必要なときは、{office}へご連絡ください。",
        "This mail cannot be shown. Please contact {office} if you need it.",
    ),
    "materials": ("資料", "Materials"),
    "no_materials": ("いま受け取れる資料はありません。", "There is nothing to download now."),
    "changed": (
        "{day}に、メールでお知らせしたものから新しくなりました。いまの版をお使いください。",
        "Newer than what was sent to you: replaced on {day}. Please use this version.",
    ),
    "withdrawn": (
        "参加の取りやめを承っています。変更があるときは、{office}へご連絡ください。",
        "We have noted that you do not take part. If this is wrong, please contact {office}.",
    ),
    "link": ("このページのリンク", "The link to this page"),
    "link_text": (
        "このリンクを開ける人は、このページを見て回答できます。ほかの人に渡ったおそれがあるときは、"
        "新しいリンクに替えてください。登録されているアドレスにメールでお送りし、いまのリンクは"
        "使えなくなります。",
        "Whoever has this link can read this page and answer. If somebody else may have it, take "
        "a new one: it is mailed to your registered address, and the present one stops working.",
    ),
    "renew": ("新しいリンクに替える", "Replace the link"),
    "renewed": (
        "いまのリンクを使えなくしました。新しいリンクを、登録されているアドレスにお送りします。"
        "数分たっても届かないときは、主催した所へお電話ください。",
        "The link no longer works. A new one will be mailed to your registered address. If it does "
        "not arrive within some minutes, please telephone the organising office.",
    ),
    "renewed_title": ("リンクを替えました", "The link was replaced"),
    "contact": ("お問い合わせ", "Contact"),
    "contact_text": (
        "{office}へ、届いたメールに返信するか、お電話ください。",
        "Please reply to the mail that you received from {office}, or telephone the office.",
    ),
    "change_contact": ("担当者・アドレスの変更", "Change of contact person or address"),
    "stop_invitations": ("案内のメールを止める", "Stop invitations by mail"),
    "done_confirmed": ("受け取りの確認をいただきました。", "Thank you. Your receipt is confirmed."),
    "done_answered": (
        "回答をいただきました。変更があるときは、このページでもう一度送ってください。",
        "Thank you for your answer. If anything changes, please send it again on this page.",
    ),
    "gone_title": ("このリンクは使えません", "This link does not work"),
    "gone_text": (
        "アドレスが途中で切れているか、期限が過ぎたか、新しいリンクに替わりました。",
        "The address is incomplete, its time is over, or it was replaced by a newer one.",
    ),
    "gone_way": (
        "新しいリンクをメールで受け取るか、届いたメールの差出人の所へお電話ください。",
        "Please have a new link mailed to you, or telephone the office that wrote to you.",
    ),
    "ask": ("新しいリンクを受け取る", "Have a new link mailed to you"),
    "ask_title": ("新しいリンクを受け取る", "Have a new link mailed to you"),
    "ask_text": (
        "参加の申し込みで登録したメールアドレスを入力してください。登録されていれば、そのアドレスに"
        "参加者ページのリンクをお送りします。",
        "Enter the mail address with which you are registered. If it is registered, the link to "
        "your page is mailed to that address.",
    ),
    "address": ("メールアドレス", "Mail address"),
    "ask_button": ("リンクを送ってもらう", "Mail me the link"),
    "asked_title": ("受け付けました", "Thank you"),
    "asked_text": (
        "入力されたアドレスが登録されていれば、リンクをお送りします。登録されているかどうかは、"
        "この画面では表示しません。15分たっても届かないときは、主催した所へお電話ください。",
        "If the address is registered, the link will be mailed to it. This page does not say "
        "whether it is. If nothing arrives within 15 minutes, please telephone the office.",
    ),
    "look": ("入力内容をご確認ください", "Please check what you entered"),
    "no_address": (
        "メールアドレスを入力してください（例：tanto@example.jp）。",
        "Please enter a mail address (for example name@example.jp).",
    ),
    "sample_title": ("参加者ページの見本", "An example of a participant's page"),
    "sample_text": (
        "参加者に届くメールでは、ここに本人だけのページのアドレスが入ります。控えやテストメールでは"
        "本人のページを開けないように、この見本に替えています。",
        "In the mails to participants, the address of each one's own page stands here. Copies and "
        "test mails lead to this example instead, so that nobody else's page can be opened.",
    ),
    "back": ("参加者ページに戻る", "Back to your page"),
    "busy": (
        "短い間に何度も開けなかったため、しばらく受け付けません。{seconds}秒ほど待ってください。",
        "Too many links that do not work. Please wait about {seconds} seconds.",
    ),
}


class Speech:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else JAPANESE
        self._index = list(LANGUAGES).index(self.language)

    def __call__(self, name: str, /, **values: object) -> str:
        """The sentence of that name."""
        return WORDS[name][self._index].format(**values)

    def day(self, day: date) -> str:
        """``令和8年12月9日（水）`` or ``Wednesday, 9 December 2026``."""
        if self.language == JAPANESE:
            return clock.japanese_date(day)
        return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"

    def day_of(self, moment: datetime) -> str:
        """The day in Tokyo."""
        return self.day(clock.in_tokyo(moment).date())

    def moment(self, moment: datetime) -> str:
        """The day in Tokyo, with the time."""
        local = clock.in_tokyo(moment)
        return f"{self.day(local.date())} {local.hour}:{local.minute:02}"
