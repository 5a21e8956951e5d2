"""What the rules cost: a letter and 20 MB of materials' text against 10,000 contacts.

``python -m benchmarks.findings`` prints, in milliseconds of one core: making the search structures
of the roster, the first look at the files (their text is made ready once), and each look after it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

from eventmail.mailings import findings
from eventmail.mailings.findings.directory import People, Person
from eventmail.mailings.findings.ground import strangers
from eventmail.mailings.findings.reading import read
from eventmail.mailings.snapshot import Recipient
from eventmail.scanning.report import Passage, Scan
from tests.mailings.findings.grounds import OFFICE, ground

CONTACTS = 10_000
FILES = 5
MEGABYTE = 1024 * 1024
TEXT = 20 * MEGABYTE
SURNAMES = tuple("佐鈴高田伊渡山中小加吉松井木林斎清森池橋")
GIVEN = tuple("太花一健恵美翔直由誠明和大拓千真隆浩正学")
WORDS = """
本日 会場 受付 企業 説明会 資料 求人 学校 面談 日程 案内 駐車場 時間 開始 終了 予定 担当者 当日
ご来場 お願い いたします ください について ブース 番号 順番 事業所 製造業 福祉 看護 運輸 建設 昼食
控室 名札 13:30 １４：００ 2階 大会議室 ましたら、 および または 公共職業安定所 雇用 情報 交換会
0123-45-6789 12月9日（水） です。 ます。 募集 要項 は
が を に の と で も から まで
"""


def main() -> None:
    """Print the table."""
    dice = random.Random(6)
    recipients = tuple(_recipient(dice, number) for number in range(CONTACTS))
    people = tuple(
        Person(each.company, each.name, f"0123-{each.contact_id:06}", each.address)
        for each in recipients
    )
    scans = [_scan(dice, number) for number in range(FILES)]
    size = sum(len(p.text.encode()) for each in scans for p in each.passages)
    base = ground()
    content = replace(base.content, recipients=recipients)
    seconds, directory = _timed(lambda: strangers(content, OFFICE, People(people)))
    print(f"{CONTACTS:,} contacts, {size / MEGABYTE:.1f} MB of text in {FILES} files")
    print(f"search structures of the roster  {seconds * 1000:6.0f} ms")
    files = [(f"資料{number}.pdf", scan) for number, scan in enumerate(scans)]
    whole = replace(ground(files=files), directory=directory)
    whole = replace(whole, content=replace(whole.content, recipients=recipients))
    read.cache_clear()
    for name in ("first look", "look again", "look again"):
        seconds, found = _timed(lambda: findings.of_ground(whole))
        print(f"{name:32} {seconds * 1000:6.0f} ms  ({len(found)} findings)")
    looks = dict.fromkeys(rule.look for rule in findings.RULES)
    costs = []
    for look in looks:
        seconds, _ = _timed(lambda look=look: list(look(whole)))
        costs.append((seconds, look.__module__.rpartition(".")[2], look.__name__))
    for seconds, module, name in sorted(costs, reverse=True)[:5]:
        print(f"  {module}.{name:24} {seconds * 1000:6.1f} ms")


def _timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def _recipient(dice: random.Random, number: int) -> Recipient:
    name = f"{''.join(dice.sample(SURNAMES, 2))} {''.join(dice.sample(GIVEN, 2))}"
    trade = dice.choice(["製作所", "工業", "電機", "食品"])
    company = f"株式会社{dice.choice(SURNAMES)}野{trade}{number}"
    return Recipient(number, number, company, "総務部", "", name, f"jinji@k{number}.example")


def _scan(dice: random.Random, number: int) -> Scan:
    pages, characters = [], 0
    while characters < TEXT / FILES / 2.62:
        text = "".join(dice.choices(WORDS.split(), k=400))
        pages.append(Passage(f"{len(pages) + 1}ページ", text))
        characters += len(text)
    return Scan(f"pdf{number}", len(pages), passages=tuple(pages))


if __name__ == "__main__":
    main()
