"""Uploading a workbook, choosing sheet and columns, correcting a row, typing a contact."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Regexp, ValidationError

from eventmail.addresses import AddressError, EmailAddress
from eventmail.events.models import Contact, Participant
from eventmail.language import said
from eventmail.roster.hand import Typed
from eventmail.spreadsheet.address_cell import read_cell
from eventmail.spreadsheet.address_reasons import LEVELS, CellReason, Level
from eventmail.spreadsheet.columns import FIELD_NAMES, Field
from eventmail.spreadsheet.reading import Column, Reading
from eventmail.spreadsheet.rows import ATTENDING, WITHDRAWN, Row
from eventmail.web.forms import Form, LongTextField, TextField, cleaned

UNUSED = SelectChoice("", said("（使わない）"))
STATUSES = [SelectChoice(ATTENDING, said("参加")), SelectChoice(WITHDRAWN, said("辞退"))]
UNDECIDED = SelectChoice("", said("（選んでください）"))
UNKNOWN_STATUS = "unknown_status"
LONGEST_NOTES = 1000
USE_ANYWAY = said("このままでよければ、「このまま使う」に印を付けてください。")
AGAIN = said("2回の入力が同じではありません。もう一度、両方に入力してください。")


class UploadForm(Form):
    """The workbook."""

    file = FileField(
        said("名簿のファイル"), [FileRequired(said("名簿のファイルを選んでください。"))]
    )


class MappingForm(Form):
    """Which sheet, and which column is what. Columns are named by Excel's letters."""

    sheet = SelectField(said("シート"))

    @classmethod
    def of(cls, reading: Reading) -> MappingForm:
        """The form with the sheets and columns that were found, set as they were read."""
        chosen = {field.value: letter for field, letter in reading.mapping.items()}
        form: MappingForm = _BOUND(sheet=reading.sheet, **chosen)
        form.sheet.choices = [SelectChoice(name, name) for name in reading.sheets]
        columns = [SelectChoice(each.letter, _label(each)) for each in reading.columns]
        for field in Field:
            form[field.value].choices = [UNUSED, *columns]
        return form

    @property
    def mapping(self) -> dict[Field, str]:
        """Field to column letter, without the unused."""
        chosen = {field: self[field.value].data for field in Field}
        return {field: letter for field, letter in chosen.items() if letter}


_SELECTS = {field.value: SelectField(FIELD_NAMES[field]) for field in Field}
_BOUND = type("BoundMappingForm", (MappingForm,), _SELECTS)


class CorrectionForm(Form):
    """The values of one row, as they were read, to be put right."""

    company = TextField(FIELD_NAMES[Field.COMPANY])
    department = TextField(FIELD_NAMES[Field.DEPARTMENT])
    title = TextField(FIELD_NAMES[Field.TITLE])
    contact = TextField(FIELD_NAMES[Field.CONTACT])
    email = TextField(FIELD_NAMES[Field.EMAIL])
    phone = TextField(FIELD_NAMES[Field.PHONE])
    corporate_number = TextField(FIELD_NAMES[Field.CORPORATE_NUMBER])
    status = SelectField(FIELD_NAMES[Field.STATUS])
    notes = LongTextField(FIELD_NAMES[Field.NOTES])

    @classmethod
    def of(cls, row: Row) -> CorrectionForm:
        """The form filled with what was read; a status that was not understood is left open."""
        unknown = any(reason.code == UNKNOWN_STATUS for reason in row.reasons)
        told = {name: getattr(row, name) for name in _CORRECTED}
        told |= {"email": row.raw_email, "status": "" if unknown else row.status}
        form = cls(data=told)
        form.status.choices = [UNDECIDED] * unknown + STATUSES
        return form

    @property
    def values(self) -> dict[Field, str]:
        """What stands in the fields."""
        return {Field(name): self[name].data or "" for name in _CORRECTED}


_CORRECTED = (
    "company",
    "department",
    "title",
    "contact",
    "email",
    "phone",
    "corporate_number",
    "status",
    "notes",
)


class HandForm(Form):
    """One contact, typed by hand. The address is typed twice; ``known`` is the one it has."""

    known = ""
    company = TextField(
        said("事業所名"),
        [
            DataRequired(said("事業所名を入力してください。")),
            Length(max=200, message=said("200文字までで入力してください。")),
        ],
    )
    corporate_number = TextField(
        said("法人番号"), [Regexp(r"^(\d{13})?$", message=said("法人番号は半角の数字13けたです。"))]
    )
    status = RadioField(said("参加・辞退"), choices=STATUSES, default=ATTENDING)
    department = TextField(
        said("部署"), [Length(max=200, message=said("200文字までで入力してください。"))]
    )
    title = TextField(
        said("役職"), [Length(max=200, message=said("200文字までで入力してください。"))]
    )
    name = TextField(
        said("担当者名"), [Length(max=200, message=said("200文字までで入力してください。"))]
    )
    # Read as it was typed: what is trimmed here would not be seen by the one strict type.
    email = StringField(
        said("メールアドレス"),
        [DataRequired(said("メールアドレスを入力してください。"))],
        filters=[cleaned],
    )
    email_again = StringField(said("メールアドレス（確認のためもう一度）"), filters=[cleaned])
    use_anyway = BooleanField(said("このまま使う"))
    names_person = BooleanField(said("アドレスに個人名が含まれる"))
    phone = TextField(
        said("電話番号"), [Length(max=60, message=said("60文字までで入力してください。"))]
    )
    notes = LongTextField(
        said("備考"),
        [
            Length(
                max=LONGEST_NOTES,
                message=said("{most}文字までで入力してください。", most=LONGEST_NOTES),
            )
        ],
    )

    @classmethod
    def of(cls, contact: Contact | None, participant: Participant | None) -> HandForm:
        """An empty form, one for a company's next contact, or one with a contact's values."""
        told: dict[str, Any] = {}
        if participant is not None:
            told |= {"company": participant.company, "status": participant.status.value}
            told |= {"corporate_number": participant.corporate_number}
        if contact is not None:
            told |= {name: getattr(contact, name) for name in _OF_CONTACT}
            told |= {"email": contact.address, "email_again": contact.address}
        form = cls(data=told)
        form.known = contact.address if contact is not None else ""
        return form

    def validate_email(self, field: StringField) -> None:
        """One address and nothing else; one that looks mistyped is asked about."""
        try:
            address = EmailAddress.parse(field.data or "")
        except AddressError as error:
            raise ValidationError(error.message) from error
        asked = [each.message for each in self.questions()] if not self.use_anyway.data else []
        if asked and str(address) != self.known:
            raise ValidationError("".join(asked) + USE_ANYWAY)

    def questions(self) -> list[CellReason]:
        """Why the address looks mistyped; empty if it does not."""
        found = read_cell(self.email.data or "").reasons
        return [each for each in found if LEVELS[each.code] is Level.QUESTION]

    @property
    def doubts(self) -> bool:
        """Whether the page offers to use an address that looks mistyped."""
        return bool(self.email.data) and bool(self.questions()) and self.email.data != self.known

    def validate_email_again(self, field: StringField) -> None:
        """The same address once more."""
        if not self.email.errors and _key(field.data) != _key(self.email.data):
            raise ValidationError(AGAIN)

    @property
    def typed(self) -> Typed:
        """What was typed, in a form that was found right."""
        return Typed(
            company=self.company.data,
            corporate_number=self.corporate_number.data or "",
            status=self.status.data,
            department=self.department.data or "",
            title=self.title.data or "",
            name=self.name.data or "",
            email=EmailAddress.parse(self.email.data),
            phone=self.phone.data or "",
            notes=self.notes.data or "",
            names_person=self.names_person.data,
        )


_OF_CONTACT = ("department", "title", "name", "phone", "notes", "names_person")


def _key(text: str | None) -> str:
    try:
        return str(EmailAddress.parse(text or ""))
    except AddressError:
        return ""


def _label(column: Column) -> str:
    samples = "、".join(column.samples)
    header = (
        said("{letter}列（非表示の列）　{header}", letter=column.letter, header=column.header)
        if column.hidden
        else said("{letter}列　{header}", letter=column.letter, header=column.header)
    )
    return said("{header}（{samples}）", header=header, samples=samples) if samples else header
