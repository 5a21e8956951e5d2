"""What is written: a letter of 1.5 kB to one company, and a leaflet of 1 MB."""

from __future__ import annotations

from pathlib import Path

from benchmarks.gate_cost import leaflet

SUBJECT = "企業と学校との雇用情報交換会のご案内（令和8年12月9日）"
SALUTATION = "{宛名}"
BODY = """{宛名}

平素より職業安定行政の運営にご理解とご協力をいただき、厚くお礼申し上げます。
標記の会を下記のとおり開催いたしますので、ご多用のところ恐れ入りますが、ご出席くださいますよう
お願いいたします。当日は、県内の高等学校15校の進路指導のご担当の先生方がお見えになります。

　日時：令和8年12月9日（水） 10時から16時まで（受付は9時30分から）
　会場：ひろ野市民会館 大ホール（ひろ野駅から歩いて5分）
　　　　地図 https://hirono.example/map?hall=1&from=mail
　持ち物：求人票の写し 30部、会社案内、名刺

ご準備いただくこと
　1．求人票の写しは、学校ごとに1部ずつお渡しします。部数が足りないときは、前日までにご連絡ください。
　2．会社案内は、机の上に並べられる大きさのものをお願いいたします。
　3．駐車場には限りがありますので、できるだけ電車またはバスをご利用ください。

ご欠席やご不明の点は、12月2日（水）までに henshin@hirono.example へお知らせください。
なお、このご案内は、参加のお申し込みのときに登録されたご担当者様へお送りしています。

ひろ野公共職業安定所 学卒部門　電話 03-0000-0000
"""
BATCH_BODY = BODY.replace(SALUTATION, "参加事業所の皆様")
FILE_NAME = "leaflet.pdf"


def company(number: int) -> str:
    """The name of one company."""
    return f"株式会社ひろ野{number}"


def address(number: int) -> str:
    """Its address; every sender and the wire limit's program write to the same ones."""
    return f"saiyo{number}@jigyosho{number}.example"


def leaflet_in(folder: Path) -> Path:
    """The leaflet as a file, made once."""
    path = folder / FILE_NAME
    if not path.exists():
        path.write_bytes(leaflet(1_000_000).content)
    return path
