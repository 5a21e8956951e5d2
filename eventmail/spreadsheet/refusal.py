"""Why a file is no roster: one code and one Japanese sentence with the way out."""

from __future__ import annotations

MESSAGES = {
    "empty": "ファイルの中身が空です。名簿を保存し直してから選んでください。",
    "too_big": "10MBを超えています。名簿だけを新しいブックに保存して選んでください。",
    "encrypted": (
        "パスワードがかかっています。Excelで開き、「ファイル」→「情報」→「ブックの保護」→"
        "「パスワードを使用して暗号化」でパスワードを消して保存し、もう一度選んでください。"
    ),
    "old_excel": (
        "古い形式のExcelファイル（.xls）です。Excelで開き、「名前を付けて保存」で"
        "「Excelブック（.xlsx）」を選んで保存し、もう一度選んでください。"
    ),
    "web_page": (
        "Webページの形式のファイルです。Excelで開き、「Excelブック（.xlsx）」で保存し直して"
        "選んでください。"
    ),
    "open_document": (
        "OpenDocument形式（.ods）のファイルです。"
        "「Excelブック（.xlsx）」で保存し直して選んでください。"
    ),
    "pdf": "PDFのファイルです。もとのExcelの名簿を選んでください。",
    "image": "画像のファイルです。もとのExcelの名簿を選んでください。",
    "word": "Wordの文書です。名簿をExcelの表にして、Excelブック（.xlsx）で選んでください。",
    "powerpoint": "PowerPointの文書です。Excelの名簿を選んでください。",
    "other_zip": "Excelのブックではなく、圧縮ファイルです。中の名簿を取り出して選んでください。",
    "unknown": "名簿として読める種類ではありません。Excelブック（.xlsx）かCSVを選んでください。",
    "damaged": "ファイルが壊れています。Excelで開けるか確かめ、保存し直してから選んでください。",
    "bomb": "中身が大きすぎて安全に開けません。名簿だけを新しいブックに保存して選んでください。",
    "too_slow": "時間がかかりすぎました。名簿だけを新しいブックに保存して選んでください。",
    "too_many_rows": "10万行を超えています。名簿だけを新しいブックに保存して選んでください。",
    "encoding": "文字コードがわかりません。Excelで開き、「CSV UTF-8」で保存して選んでください。",
    "no_sheet": "シートがありません。名簿のあるブックを選んでください。",
}


class UnreadableFile(Exception):
    """A file that is no roster. ``message`` is one Japanese sentence with the way out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def unreadable(code: str) -> UnreadableFile:
    """The error of that code with its sentence."""
    return UnreadableFile(code, MESSAGES[code])
