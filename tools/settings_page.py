"""Writes docs/settings.md from eventmail/config.py."""

from pathlib import Path

from eventmail.config import table

HEAD = """# 設定

すべての設定は環境変数か、作業フォルダーの `.env` ファイルに書きます。
この表は `make settings` が `eventmail/config.py` から作ります。

"""
page = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
page.write_text(HEAD + table(), encoding="utf-8")
