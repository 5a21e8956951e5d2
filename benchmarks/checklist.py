"""What 確認用宛先一覧 costs as a PDF: ``python -m benchmarks.checklist [ROWS]``."""

import resource
import sys
import time

from eventmail.papers.checklist import Head, drawn, rows_of, sheets

count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
people = [
    (
        f"株式会社みなと電機製作所 第{number}工場",
        "総務部人事課採用係",
        "係長",
        "髙﨑 太郎",
        f"saiyo.tantou{number}@minato-denki.example",
    )
    for number in range(count)
]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
head = Head("雇用情報交換会", "案件番号1　第1版", count, "森下 あかり")
start = time.process_time()
found = sheets(rows_of(people), head)
laid_out = time.process_time()
file = drawn(head, found)
done = time.process_time()
size = file.seek(0, 2)
more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(
    f"{count:,} rows, {len(found):,} sheets: laid out in {laid_out - start:.2f} s, "
    f"drawn in {done - laid_out:.2f} s of the processor, "
    f"{size / 1024:,.0f} kB, {more:.0f} MB of memory"
)
