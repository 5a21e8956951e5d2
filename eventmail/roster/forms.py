"""Uploading a workbook, choosing sheet and columns, and confirming the import."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from eventmail.spreadsheet.columns import FIELD_NAMES, Field
from eventmail.spreadsheet.reading import Column, Reading
from eventmail.web.forms import Form

UNUSED = SelectChoice("", "（使わない）")


class UploadForm(Form):
    """The workbook."""

    file = FileField("名簿のファイル", [FileRequired("名簿のファイルを選んでください。")])


class MappingForm(Form):
    """Which sheet, and which column is what. Columns are named by Excel's letters."""

    sheet = SelectField("シート")

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


class ConfirmForm(Form):
    """The import's yes, with the questionable rows that are to be taken."""

    rows = SelectMultipleField("取り込む行", coerce=int, validate_choice=False)


def _label(column: Column) -> str:
    samples = "、".join(column.samples)
    return f"{column.letter}列　{column.header}" + (f"（{samples}）" if samples else "")
