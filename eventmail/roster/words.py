"""How the roster's pages call formats, encodings, filters, fields and reasons."""

from __future__ import annotations

from eventmail.roster.showing import Show
from eventmail.spreadsheet.columns import FIELD_NAMES

FORMATS = {
    "xlsx": "Excelブック（.xlsx）",
    "xlsm": "Excelマクロ有効ブック（.xlsm）",
    "xls": "Excel 97-2003ブック（.xls）",
    "ods": "OpenDocument（.ods）",
    "csv": "CSV",
    "tsv": "タブ区切りのテキスト",
}
ENCODINGS = {
    "cp932": "シフトJIS（CP932）",
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8（BOM付き）",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "euc_jp": "EUC-JP",
    "iso2022_jp": "JIS（ISO-2022-JP）",
}
SHOW_NAMES = {
    Show.ALL: "すべて",
    Show.OPEN: "答えを待つ行",
    Show.ERROR: "誤り",
    Show.QUESTION: "要確認",
    Show.CHANGED: "変わる",
    Show.NEW: "新しい",
    Show.GONE: "なくなる",
    Show.OK: "問題なし",
}
# What a difference or a value is called; the mapping's own names are in FIELD_NAMES.
FIELDS = {field.value: name for field, name in FIELD_NAMES.items()}
# Rows with one reason in common, as a button can call them.
REASONS = {
    "hidden_row": "非表示の行",
    "filtered_row": "フィルターで隠れた行",
    "struck_row": "取り消し線の引かれた行",
    "struck_cell": "取り消し線の引かれた値がある行",
    "unknown_status": "参加か辞退かわからない行",
    "no_company": "事業所名のない行",
    "company_above": "事業所名が上の行にある行",
    "ditto": "「〃」や「同上」のある行",
    "no_address": "アドレスのない行",
    "bad_address": "アドレスを読めない行",
    "two_addresses": "アドレスが2つ以上ある行",
    "split_name": "担当者名を分けられない行",
    "same_twice": "同じアドレスの行",
    "shared_address": "別の事業所と同じアドレスの行",
    "two_spellings": "事業所名の書き方が違う行",
    "formula": "数式の結果がない行",
    "error_value": "Excelのエラー値がある行",
    "too_long": "長すぎる値のある行",
    "mistyped_domain": "ドメインの打ち間違いらしい行",
    "look_alike": "形の似た文字のあるアドレスの行",
    "bad_corporate_number": "法人番号が正しくない行",
    "lost_digits": "けたの失われた番号の行",
    "shifted_row": "列がずれているらしい行",
    "honorific": "敬称の付いた行",
    "second_table": "別の表らしい行",
    "note_row": "注意書きらしい行",
    "example_row": "記入例らしい行",
}
