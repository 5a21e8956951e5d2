"""How the roster's pages call formats, encodings, filters, fields and reasons."""

from __future__ import annotations

from eventmail.language import said
from eventmail.roster.showing import Show
from eventmail.spreadsheet.columns import FIELD_NAMES

FORMATS = {
    "xlsx": said("Excelブック（.xlsx）"),
    "xlsm": said("Excelマクロ有効ブック（.xlsm）"),
    "xls": said("Excel 97-2003ブック（.xls）"),
    "ods": "OpenDocument（.ods）",
    "csv": "CSV",
    "tsv": said("タブ区切りのテキスト"),
}
ENCODINGS = {
    "cp932": said("シフトJIS（CP932）"),
    "utf-8": "UTF-8",
    "utf-8-sig": said("UTF-8（BOM付き）"),
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "euc_jp": "EUC-JP",
    "iso2022_jp": "JIS（ISO-2022-JP）",
}
SHOW_NAMES = {
    Show.ALL: said("すべて"),
    Show.OPEN: said("答えを待つ行"),
    Show.ERROR: said("誤り"),
    Show.QUESTION: said("要確認"),
    Show.CHANGED: said("変わる"),
    Show.NEW: said("新しい"),
    Show.GONE: said("なくなる"),
    Show.OK: said("問題なし"),
}
# What a difference or a value is called; the mapping's own names are in FIELD_NAMES.
FIELDS = {field.value: name for field, name in FIELD_NAMES.items()}
# Rows with one reason in common, as a button can call them.
REASONS = {
    "hidden_row": said("非表示の行"),
    "filtered_row": said("フィルターで隠れた行"),
    "struck_row": said("取り消し線の引かれた行"),
    "struck_cell": said("取り消し線の引かれた値がある行"),
    "unknown_status": said("参加か辞退かわからない行"),
    "no_company": said("事業所名のない行"),
    "company_above": said("事業所名が上の行にある行"),
    "ditto": said("「〃」や「同上」のある行"),
    "no_address": said("アドレスのない行"),
    "bad_address": said("アドレスを読めない行"),
    "two_addresses": said("アドレスが2つ以上ある行"),
    "split_name": said("担当者名を分けられない行"),
    "same_twice": said("同じアドレスの行"),
    "shared_address": said("別の事業所と同じアドレスの行"),
    "two_spellings": said("事業所名の書き方が違う行"),
    "formula": said("数式の結果がない行"),
    "error_value": said("Excelのエラー値がある行"),
    "too_long": said("長すぎる値のある行"),
    "mistyped_domain": said("ドメインの打ち間違いらしい行"),
    "look_alike": said("形の似た文字のあるアドレスの行"),
    "bad_corporate_number": said("法人番号が正しくない行"),
    "lost_digits": said("けたの失われた番号の行"),
    "shifted_row": said("列がずれているらしい行"),
    "honorific": said("敬称の付いた行"),
    "second_table": said("別の表らしい行"),
    "note_row": said("注意書きらしい行"),
    "example_row": said("記入例らしい行"),
}
