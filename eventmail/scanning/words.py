"""What a scan's codes mean in Japanese: what is in the file, and the way out."""

from __future__ import annotations

from eventmail.language import said
from eventmail.scanning.report import Trace

NAMES: dict[Trace, str] = {
    Trace.SHEET: said("非表示のシート"),
    Trace.ROW: said("非表示の行"),
    Trace.COLUMN: said("非表示の列"),
    Trace.PIVOT_CACHE: said("ピボットテーブルに残ったもとのデータ"),
    Trace.COMMENT: said("コメント"),
    Trace.TRACKED_CHANGE: said("変更履歴"),
    Trace.PROPERTY: said("ファイルのプロパティ"),
    Trace.HIDDEN_TEXT: said("見えない文字"),
    Trace.HIDDEN_SLIDE: said("非表示のスライド"),
    Trace.NOTES: said("発表者ノート"),
    Trace.COVERED_TEXT: said("塗りつぶしの下に残った文字"),
    Trace.EXTERNAL_LINK: said("ほかのファイルへのリンク"),
    Trace.EMBEDDED: said("埋め込まれたファイル"),
    Trace.ATTACHMENT: said("PDFに添付されたファイル"),
    Trace.DEFINED_NAME: said("非表示の名前の定義"),
    Trace.MACRO: said("マクロ"),
}

UNSCANNABLE: dict[str, str] = {
    "encrypted": said(
        "パスワードがかかっていて、中を調べられません。"
        "パスワードを外して保存し直し、もう一度資料に置いてください。"
    ),
    "archive": said(
        "中を調べられない種類の圧縮ファイルです。"
        "中のファイルを取り出して置くか、ZIPにし直してください。"
    ),
    "damaged": said(
        "壊れているか、途中で切れていて、中を調べられません。"
        "もとのソフトで開けるか確かめ、保存し直して置いてください。"
    ),
    "too_deep": said(
        "圧縮ファイルの中の圧縮ファイルが深すぎて、調べきれません。"
        "中のファイルを取り出して置いてください。"
    ),
    "too_large": said(
        "中身が大きすぎて、調べきれません。必要なところだけのファイルに分けて置いてください。"
    ),
    "too_much_text": said(
        "文字が多すぎて、調べきれません。必要なところだけのファイルに分けて置いてください。"
    ),
    "too_slow": said(
        "調べるのに時間がかかりすぎました。"
        "もう一度置いてみて、それでも同じなら、必要なところだけのファイルにしてください。"
    ),
    "crashed": said(
        "調べている途中で止まりました。もとのソフトで開いて保存し直し、もう一度置いてください。"
    ),
    "too_many_addresses": said(
        "メールアドレスが多すぎます。名簿ではないか確かめ、正しい資料を置いてください。"
    ),
    "old_office": said(
        "古い形式（Office 97-2003）で、隠れた内容を調べられません。"
        "「名前を付けて保存」で新しい形式（.xlsx、.docx、.pptx）にして置いてください。"
    ),
    "other_office": said(
        "隠れた内容を調べられない形式（xlsb、OpenDocument）です。"
        "「名前を付けて保存」で.xlsx、.docx、.pptxのどれかにして置いてください。"
    ),
    "unknown": said(
        "中を調べられない種類のファイルです。PDF、Word、Excel、PowerPoint、テキスト、CSVの"
        "どれかにして置いてください。"
    ),
}


def sentence(code: str) -> str:
    """Why a file could not be scanned, and the way out."""
    return UNSCANNABLE.get(code, UNSCANNABLE["unknown"])
