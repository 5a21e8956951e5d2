"""Makes the two sent mails of the founding story. Run by hand after a change; commit both.

Fifteen companies of the sample meeting in each, all of them in To: what an office would find among
its sent items, to try 「漏えいかもしれないとき」 with. Seven addresses bear a full name, 23 do not.
"""

from __future__ import annotations

import runpy
import unicodedata
from base64 import b64encode
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOT = 15
SENT = ("Wed, 31 May 2023 10:05:00 +0900", "Wed, 31 May 2023 10:09:00 +0900")
SUBJECT = "【企業と学校との雇用情報交換会】当日資料の送付について"
BODY = "参加企業の皆様\r\n\r\n当日の資料をお送りします。\r\n"
SENDER = "gakusotsu@himesato-anteisho.example"
NAMES = ("送信済み（1通目）.eml", "送信済み（2通目）.eml")


def mail(number: int) -> bytes:
    """The first or the second of the two."""
    companies = runpy.run_path(str(HERE / "make_workbooks.py"))["COMPANIES"]
    lot = companies[number * LOT : (number + 1) * LOT]
    everybody = ",\r\n ".join(unicodedata.normalize("NFKC", each[5]) for each in lot)
    return (
        f"From: {SENDER}\r\nTo: {everybody}\r\nSubject: =?utf-8?B?{_encoded(SUBJECT)}?=\r\n"
        f"Date: {SENT[number]}\r\nMessage-ID: <20230531.{number + 1}@{SENDER.split('@')[1]}>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{_encoded(BODY)}\r\n"
    ).encode("ascii")


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


if __name__ == "__main__":
    for number, name in enumerate(NAMES):
        (HERE / name).write_bytes(mail(number))
