"""What a scan's codes mean in Japanese: what is in the file, and the way out."""

from __future__ import annotations

from eventmail.scanning.report import Trace

NAMES: dict[Trace, str] = {
    Trace.SHEET: "非表示のシート",
    Trace.ROW: "非表示の行",
    Trace.COLUMN: "非表示の列",
    Trace.PIVOT_CACHE: "ピボットテーブルに残ったもとのデータ",
    Trace.COMMENT: "コメント",
    Trace.TRACKED_CHANGE: "変更履歴",
    Trace.PROPERTY: "ファイルのプロパティ",
    Trace.HIDDEN_TEXT: "見えない文字",
    Trace.HIDDEN_SLIDE: "非表示のスライド",
    Trace.NOTES: "発表者ノート",
    Trace.COVERED_TEXT: "塗りつぶしの下に残った文字",
    Trace.EXTERNAL_LINK: "ほかのファイルへのリンク",
    Trace.EMBEDDED: "埋め込まれたファイル",
    Trace.ATTACHMENT: "PDFに添付されたファイル",
    Trace.DEFINED_NAME: "非表示の名前の定義",
    Trace.MACRO: "マクロ",
}

UNSCANNABLE: dict[str, str] = {
    "encrypted": (
        "パスワードがかかっていて、中を調べられません。"
        "パスワードを外して保存し直し、もう一度資料に置いてください。"
    ),
    "archive": (
        "中を調べられない種類の圧縮ファイルです。"
        "中のファイルを取り出して置くか、ZIPにし直してください。"
    ),
    "damaged": (
        "壊れているか、途中で切れていて、中を調べられません。"
        "もとのソフトで開けるか確かめ、保存し直して置いてください。"
    ),
    "too_deep": (
        "圧縮ファイルの中の圧縮ファイルが深すぎて、調べきれません。"
        "中のファイルを取り出して置いてください。"
    ),
    "too_large": (
        "中身が大きすぎて、調べきれません。必要なところだけのファイルに分けて置いてください。"
    ),
    "too_much_text": (
        "文字が多すぎて、調べきれません。必要なところだけのファイルに分けて置いてください。"
    ),
    "too_slow": (
        "調べるのに時間がかかりすぎました。"
        "もう一度置いてみて、それでも同じなら、必要なところだけのファイルにしてください。"
    ),
    "crashed": (
        "調べている途中で止まりました。もとのソフトで開いて保存し直し、もう一度置いてください。"
    ),
    "too_many_addresses": (
        "メールアドレスが多すぎます。名簿ではないか確かめ、正しい資料を置いてください。"
    ),
    "old_office": (
        "古い形式（Office 97-2003）で、隠れた内容を調べられません。"
        "「名前を付けて保存」で新しい形式（.xlsx、.docx、.pptx）にして置いてください。"
    ),
    "other_office": (
        "隠れた内容を調べられない形式（xlsb、OpenDocument）です。"
        "「名前を付けて保存」で.xlsx、.docx、.pptxのどれかにして置いてください。"
    ),
    "unknown": (
        "中を調べられない種類のファイルです。PDF、Word、Excel、PowerPoint、テキスト、CSVの"
        "どれかにして置いてください。"
    ),
}


def sentence(code: str) -> str:
    """Why a file could not be scanned, and the way out."""
    return UNSCANNABLE.get(code, UNSCANNABLE["unknown"])
