"""Why a file is no roster: one code and one Japanese sentence with the way out."""

from __future__ import annotations

from eventmail.language import said

MESSAGES = {
    "empty": said("ファイルの中身が空です。名簿を保存し直してから選んでください。"),
    "too_big": said(
        "10MBを超えています。名簿だけを新しいExcelブック（.xlsx）に保存して選んでください。"
    ),
    "encrypted": said(
        "パスワードがかかっています。Excelで開き、「ファイル」→「情報」→「ブックの保護」→"
        "「パスワードを使用して暗号化」でパスワードを消して保存し、もう一度選んでください。"
    ),
    "web_page": said(
        "Webページの形式のファイルです。Excelで開き、「Excelブック（.xlsx）」で保存し直して"
        "選んでください。"
    ),
    "excel_xml": said(
        "XMLの形式（XMLスプレッドシート2003）のファイルです。Excelで開き、「名前を付けて保存」で"
        "「Excelブック（.xlsx）」を選んで保存し、もう一度選んでください。"
    ),
    "binary_excel": said(
        "Excelバイナリブック（.xlsb）です。Excelで開き、「名前を付けて保存」で"
        "「Excelブック（.xlsx）」を選んで保存し、もう一度選んでください。"
    ),
    "numbers": said(
        "Numbersの書類です。「ファイル」→「書き出す」→「Excel」で書き出したファイルを"
        "選んでください。"
    ),
    "other_xml": said(
        "XMLのファイルです。名簿をExcelブック（.xlsx）かCSVで保存して選んでください。"
    ),
    "mail": said("メールのファイルです。添付されている名簿を取り出して選んでください。"),
    "pdf": said("PDFのファイルです。もとのExcelの名簿を選んでください。"),
    "image": said("画像のファイルです。もとのExcelの名簿を選んでください。"),
    "word": said("Wordの文書です。名簿をExcelの表にして、Excelブック（.xlsx）で選んでください。"),
    "powerpoint": said("PowerPointの文書です。Excelの名簿を選んでください。"),
    "encrypted_zip": said(
        "パスワードのかかった圧縮ファイルです。中の名簿を取り出して選んでください。"
    ),
    "other_zip": said(
        "Excelのブックではなく、圧縮ファイルです。中の名簿を取り出して選んでください。"
    ),
    "unknown": said(
        "名簿として読める種類ではありません。Excelブック（.xlsx）かCSVを選んでください。"
    ),
    "damaged": said(
        "ファイルが壊れています。Excelで開けるか確かめ、保存し直してから選んでください。"
    ),
    "bomb": said(
        "中身が大きすぎて安全に開けません。名簿だけを新しいブックに保存して選んでください。"
    ),
    "too_slow": said("時間がかかりすぎました。名簿だけを新しいブックに保存して選んでください。"),
    "too_many_rows": said("10万行を超えています。名簿だけを新しいブックに保存して選んでください。"),
    "encoding": said(
        "文字コードがわかりません。Excelで開き、「CSV UTF-8」で保存して選んでください。"
    ),
    "cut_off": said(
        "ファイルの終わりが文字の途中で切れています。"
        "もとの名簿から保存し直すか、もう一度受け取り直してから選んでください。"
    ),
    "broken_quotes": said(
        '「"」（ダブルクォーテーション）の閉じていないところがあり、行の区切りがわかりません。'
        "もとの名簿からCSVで保存し直すか、Excelブック（.xlsx）で保存して選んでください。"
    ),
    "empty_sheet": said("どのシートにも文字がありません。名簿のあるブックを選んでください。"),
    "image_only": said(
        "シートに画像や図形しかありません。名簿を文字で入力した表にして選んでください。"
    ),
    "no_table": said(
        "表ではなく、文章のファイルのようです。Excelの名簿か、列に分かれたCSVを選んでください。"
    ),
    "chart_only": said("グラフだけのブックです。名簿のあるブックを選んでください。"),
    "no_sheet": said("シートが見つかりません。名簿のあるブックを選んでください。"),
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
