"""The letter's form: what is to be said, to whom, how and when."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TimeField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from eventmail import clock
from eventmail.events.models import Event, Material
from eventmail.language import said
from eventmail.letters.trying import NO_BOX, Box
from eventmail.mailings.called import BY_CALLS
from eventmail.mailings.models import AUDIENCE_NAMES, STOPPABLE_NAMES, Audience, Mailing, SendMode
from eventmail.mailings.service import Draft
from eventmail.web.forms import Form, LongTextField, TextField
from eventmail.wordings.builtin import Text
from eventmail.wordings.models import WordingKind
from eventmail.wordings.service import Offer

LATEST_START = timedelta(days=60)
HALF_TYPED = said("日付と時刻の両方を入力するか、両方とも空にしてください。")
NO_DATE = said("日付を正しく入力してください。")
NO_TIME = said("時刻を正しく入力してください。")
TOO_EARLY = said(
    "予定の時刻がもう過ぎています。これからの時刻にするか、空にして決裁のあとすぐに送ってください。"
)
TOO_LATE = said("予定は、きょうから60日後までの日にしてください。")
AFTER_EVENT = said("予定が開催日（{day}）より後です。開催日までの日にしてください。")
NO_NUMBER = said("件数を1から100000までの数字で入力してください。")
NO_SINCE = said("もとになるメールを選んでください。")

SHOWN = ("purpose", "subject", "body", "html", "expected_count", "by_link")
MODES = [
    SelectChoice("individual", said("個別送信：1件に1通ずつ、別々のメールで送る（おすすめ）")),
    SelectChoice("batch", said("BCC一括送信：同じ文面を、あて先を表示せずにまとめて送る")),
]
INVITATION, BUSINESS = "invitation", "business"
SORTS = [
    SelectChoice(
        INVITATION,
        said("{sort}：催しや求人のご案内など", sort=STOPPABLE_NAMES[True]),
    ),
    SelectChoice(
        BUSINESS,
        said(
            "{sort}：資料の送付、変更のお知らせ、お詫びなど",
            sort=STOPPABLE_NAMES[False],
        ),
    ),
]
# What somebody types, as the autosave keeps it; the rest of the form is ours.
TYPED = (
    "purpose",
    "subject",
    "body",
    "materials",
    "mode",
    "html",
    "send_on",
    "send_time",
    "audience",
    "since_id",
    "expected_count",
    "stoppable",
    "by_link",
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a letter of this event may choose from."""

    event: Event
    shelf: Sequence[Material]
    offers: Sequence[Offer] = ()
    earlier: Sequence[Mailing] = ()
    batches: bool = False
    of_incident: bool = False
    typed: Mapping[str, list[str]] | None = None


_UNITS = re.compile("[件社]+$")


class CountField(IntegerField):  # type: ignore[misc]
    """A number of companies as people type it: ``30``, ``３０``, ``1,200``, ``30件``."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it; what is no number is said in our words."""
        text = _UNITS.sub("", unicodedata.normalize("NFKC", "".join(valuelist)).strip())
        plain = text.replace(",", "").strip()
        if not plain:
            self.data = None
            return
        if not plain.isdecimal() or len(plain) > 6:
            self.data = None
            raise ValueError(NO_NUMBER)
        self.data = int(plain)


class LetterForm(Form):
    """Purpose, subject, text and materials, with the version of the draft that was shown.

    ``filled`` names the words that a wording put in: as long as they are untouched, another
    wording may take their place unasked. ``newest`` and ``replace`` say that somebody has seen
    what another saved meanwhile, and wants his own all the same.
    """

    purpose = TextField(
        said("目的"), [DataRequired(said("目的を入力してください。")), Length(max=200)]
    )
    wording = SelectField(said("文面のひな形"), validate_choice=False)
    subject = TextField(
        said("件名"), [DataRequired(said("件名を入力してください。")), Length(max=500)]
    )
    body = LongTextField(
        said("本文"), [DataRequired(said("本文を入力してください。")), Length(max=20000)]
    )
    materials = SelectMultipleField(
        said("渡す資料"),
        coerce=int,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    by_link = BooleanField(said("資料を添付せず、参加者ページから受け取ってもらう"))
    audience = RadioField(said("送信先の選び方"), default=Audience.ALL.value)
    since_id = SelectField(said("もとになるメール"), coerce=int)
    expected_count = CountField(
        said("送る予定の件数"), [Optional(), NumberRange(1, 100_000, message=NO_NUMBER)]
    )
    mode = RadioField(said("送信方法"), choices=MODES, default=SendMode.INDIVIDUAL.value)
    stoppable = RadioField(said("メールの種類"), choices=SORTS, default=BUSINESS)
    html = BooleanField(said("HTML形式の本文も付ける"))
    send_on = DateField(said("送信を始める日"), [Optional()])
    send_time = TimeField(said("送信を始める時刻"), [Optional()])
    version = HiddenField(default="1")
    filled = HiddenField(default="")
    newest = HiddenField(default="")
    replace = BooleanField(said("違いを見ました。保存されている内容を、自分の内容で置きかえます"))
    slot = HiddenField(default="")
    held_on: date

    @classmethod
    def of(cls, choices: Choices, mailing: Mailing | None = None) -> LetterForm:
        """The form with all there is to choose from; as typed, else of the mailing, else new.

        Without ``batches`` there is no choice of a mode, and so none that could be tampered with.
        """
        if choices.typed:
            form = cls(formdata=MultiDict(choices.typed))
        else:
            form = cls(**(_stored(mailing) if mailing else _begun(choices.offers)))
        form._offer(choices, mailing)
        if not choices.typed and not form.is_submitted():
            held = mailing.materials if mailing else choices.shelf
            form.materials.data = [each.id for each in held]
        return form

    def _offer(self, choices: Choices, mailing: Mailing | None) -> None:
        self.held_on = choices.event.held_on
        self.materials.choices = [SelectChoice(each.id, each.filename) for each in choices.shelf]
        self.wording.choices = [SelectChoice(each.key, each.text.name) for each in choices.offers]
        self.since_id.choices = [
            SelectChoice(0, said("選んでください")),
            *(
                SelectChoice(
                    each.id, said("{id}　{subject}", id=each.id, subject=each.subject_shown)
                )
                for each in choices.earlier
            ),
        ]
        wanted = mailing.audience if mailing else Audience.ALL
        kinds = [e for e in Audience if e is wanted or _is_offered(e, choices, wanted)]
        self.audience.choices = [SelectChoice(each.value, AUDIENCE_NAMES[each]) for each in kinds]
        if self.is_submitted() and choices.typed is None:
            self._keep_what_was_not_asked(mailing)
        if not choices.batches or choices.of_incident:
            del self.mode

    def _keep_what_was_not_asked(self, mailing: Mailing | None) -> None:
        """A form that lacks a field changes nothing of it."""
        if "audience" not in request.form:
            self.audience.data = (mailing.audience if mailing else Audience.ALL).value
        if "stoppable" not in request.form:
            self.stoppable.data = _sort(mailing.stoppable if mailing else False)
        if "since_id" not in request.form:
            self.since_id.data = (mailing.since_id if mailing else None) or 0
        if "expected_count" not in request.form:
            self.expected_count.data = mailing.expected_count if mailing else None

    def fill(self, text: Text, kind: WordingKind = WordingKind.OWN) -> None:
        """Put a wording in, and remember that nobody has touched it. It brings its sort of mail."""
        self.subject.data, self.body.data = text.subject, text.body
        if kind is not WordingKind.OWN:
            self.stoppable.data = _sort(kind is WordingKind.ANNOUNCEMENT)
        self.filled.data = self.words

    @property
    def words(self) -> str:
        """Names subject and body as they stand in the form."""
        told = f"{self.subject.data or ''}\n{_lines(self.body.data)}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def is_untouched(self) -> bool:
        """Whether there is nothing of a person's own in subject and body."""
        empty = not (self.subject.data or "").strip() and not (self.body.data or "").strip()
        return empty or self.words == self.filled.data

    @property
    def draft(self) -> Draft:
        """What was typed."""
        seen = self.newest.data if self.replace.data else self.version.data
        return Draft(
            purpose=self.purpose.data,
            subject=self.subject.data,
            body=_lines(self.body.data),
            material_ids=frozenset(self.materials.data or ()),
            version=number(seen),
            mode=SendMode(self.mode.data) if self.mode is not None else SendMode.INDIVIDUAL,
            html=bool(self.html.data),
            send_at=self.send_at,
            audience=Audience(self.audience.data),
            since_id=self.since_id.data or None,
            expected_count=self.expected_count.data,
            stoppable=self.stoppable.data == INVITATION,
            by_link=bool(self.by_link.data),
        )

    @property
    def send_at(self) -> datetime | None:
        """The planned start as typed, on a clock in Tokyo; None for as soon as it may."""
        if self.send_on.data is None or self.send_time.data is None:
            return None
        return datetime.combine(self.send_on.data, self.send_time.data, clock.TOKYO)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, then the planned start as a whole, and what is counted from."""
        fine = bool(super().validate(extra_validators))
        field, sentence = self._wrong_start()
        if sentence:
            field.errors = [sentence]
        lost = self.audience.data == Audience.NEW.value and not self.since_id.data
        if lost:
            self.since_id.errors = [NO_SINCE]
        return fine and not sentence and not lost

    def _wrong_start(self) -> tuple[Any, str]:
        """What is wrong with the planned start, and where; one sentence at a time."""
        for field, sentence in ((self.send_on, NO_DATE), (self.send_time, NO_TIME)):
            if field.errors:
                return field, sentence
        start = self.send_at
        if start is None:
            missing = self.send_on if self.send_on.data is None else self.send_time
            half = self.send_on.data is not None or self.send_time.data is not None
            return missing, HALF_TYPED if half else ""
        return self.send_on, too_early_or_late(start, self.held_on)


class TrialForm(Form):
    """To which of our own mailboxes a test mail goes, and as whom it is worded."""

    box = RadioField(said("テストメールのあて先"), [DataRequired(NO_BOX)], validate_choice=False)
    contact = HiddenField()

    @classmethod
    def of(cls, boxes: Sequence[Box], contact_id: int) -> TrialForm:
        """The form with the mailboxes to choose from; the first is chosen."""
        form = cls(box=boxes[0].key)
        form.box.choices = [SelectChoice(each.key, str(each)) for each in boxes]
        form.contact.data = str(contact_id)
        return form


def too_early_or_late(start: datetime, held_on: date) -> str:
    """What is wrong with the moment of a planned start; after the event any day may do."""
    today = clock.today()
    if start <= clock.now():
        return TOO_EARLY
    if start.date() > today + LATEST_START:
        return TOO_LATE
    if start.date() > held_on >= today:
        return AFTER_EVENT.format(day=clock.japanese_date(held_on))
    return ""


def _is_offered(kind: Audience, choices: Choices, wanted: Audience) -> bool:
    """An incident's mail is for those it was begun for, and nobody else's is for them."""
    if kind in BY_CALLS or (wanted in BY_CALLS and choices.of_incident):
        return False
    return bool(choices.earlier) or kind is not Audience.NEW


def number(told: str | None) -> int:
    """A number that a hidden field told; 0 for nonsense."""
    return int(told) if told and told.isdecimal() and len(told) < 10 else 0


def _sort(stoppable: bool) -> str:
    return INVITATION if stoppable else BUSINESS


def _lines(body: str | None) -> str:
    return (body or "").replace("\r\n", "\n")


def _stored(mailing: Mailing) -> dict[str, Any]:
    start = clock.in_tokyo(mailing.send_at) if mailing.send_at else None
    return {name: getattr(mailing, name) for name in SHOWN} | {
        "mode": mailing.mode.value,
        "stoppable": _sort(mailing.stoppable),
        "audience": mailing.audience.value,
        "since_id": mailing.since_id or 0,
        "version": str(mailing.version),
        "send_on": start and start.date(),
        "send_time": start and start.time(),
    }


def _begun(offers: Sequence[Offer]) -> dict[str, Any]:
    """A new letter begins with the usual words: those that go with the event's materials."""
    usual = next((each for each in offers if each.kind.value == "materials"), None)
    if usual is None:
        return {}
    told = f"{usual.text.subject}\n{usual.text.body}"
    return {
        "wording": usual.key,
        "subject": usual.text.subject,
        "body": usual.text.body,
        "filled": hashlib.sha256(told.encode()).hexdigest()[:16],
    }
