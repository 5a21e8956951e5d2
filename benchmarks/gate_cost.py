"""What the gate costs: composing, checking and sending the same mails, side by side in one run.

    make bench-gate                             print the table
    python benchmarks/gate_cost.py --markdown   the same as Markdown, for README.md

Mails go over one kept connection to the built-in sink in another process on this machine, which
only keeps them in memory. A real relay is slower, so the gate's share is smaller there. The gate's
time on the processor stands beside its time by the clock: on a busy machine only the first holds.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import random
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from eventmail.addresses import EmailAddress
from eventmail.wire import (
    Cleared,
    Composed,
    Connection,
    EncodedMaterial,
    Identity,
    Individual,
    Kind,
    Knowledge,
    Material,
    Relay,
    Stamp,
    Wording,
    compose,
    encode_material,
    inspect,
    message_id_for,
    search,
)

ROSTERS = (30, 3_000, 30_000)
OFFICE = EmailAddress.parse("gakusotsu@hirono.example")
REPLIES = EmailAddress.parse("henshin@hirono.example")
IDENTITY = Identity("ひろ野公共職業安定所 学卒部門", OFFICE, REPLIES)
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
SUBJECT = "企業と学校との雇用情報交換会のご案内（令和8年12月9日）"
BODY = """株式会社{0}
採用ご担当者様

平素より職業安定行政の運営にご理解とご協力をいただき、厚くお礼申し上げます。
標記の会を下記のとおり開催いたしますので、ご出席くださいますようお願いいたします。

　日時：令和8年12月9日（水） 10時から16時まで
　会場：ひろ野市民会館 大ホール（https://hirono.example/map?hall=1&from=mail）
　持ち物：求人票の写し 30部、会社案内

ご欠席やご不明の点は、12月2日（水）までに henshin@hirono.example へお知らせください。
このご案内は、参加のお申し込みのときに登録された {1} へお送りしています。

ひろ野公共職業安定所 学卒部門　電話 03-0000-0000
"""


@dataclass(frozen=True)
class Batch:
    """The mails of one case: who gets them, what goes along, whom the office knows."""

    people: list[EmailAddress]
    materials: tuple[EncodedMaterial, ...]
    known: frozenset[str]

    def compose(self) -> list[Composed]:
        """Write each mail."""
        return [
            compose(IDENTITY, Individual(to), _wording(n, to), self.materials, _stamp(n))
            for n, to in enumerate(self.people)
        ]

    def check(self, mails: list[Composed]) -> list[Cleared]:
        """Pass each mail through the gate."""
        ours = frozenset((OFFICE, REPLIES))
        return [
            inspect(
                mail.pieces,
                Individual(to),
                IDENTITY,
                Knowledge(ours, frozenset((to,)), self.known),
                self.materials,
            )
            for to, mail in zip(self.people, mails, strict=True)
        ]


@dataclass(frozen=True)
class Costs:
    """Milliseconds for one mail: the medians of all rounds."""

    title: str
    known: int
    compose: float
    gate: float
    send: float
    gate_cpu: float

    @property
    def cells(self) -> list[str]:
        """The line of the table."""
        whole = self.compose + self.gate + self.send
        times = [f"{each:.2f}" for each in (self.compose, self.gate, self.gate_cpu, self.send)]
        shares = [f"{self.gate / self.send:.0%}", f"{self.gate / whole:.0%}"]
        return [self.title, f"{self.known:,}", *times, *shares]


HEADINGS = [
    "mail", "known addresses", "compose ms", "gate ms", "gate CPU ms", "send ms", "gate : send",
    "gate : whole",
]  # fmt: skip


def _wording(number: int, to: EmailAddress) -> Wording:
    return Wording(SUBJECT, BODY.format(f"参加事業所{number}", to))


def _stamp(number: int) -> Stamp:
    token = hashlib.sha256(str(number).encode()).hexdigest()[:32]
    return Stamp(message_id_for(IDENTITY, token), NOW)


def leaflet(size: int) -> Material:
    """A PDF of one page with a picture of ``size`` bytes, as a scanned leaflet is."""
    picture = random.Random(1).randbytes(size)  # what is packed looks like chance
    text = zlib.compress(b"BT /F1 12 Tf 72 720 Td (12-9 10:00 hall henshin@hirono.example) Tj ET")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> /XObject << /I 6 0 R >> >> >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /XObject /Subtype /Image /Width 1000 /Height 1000 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Length %d >>\nstream\n%s\nendstream" % (size, picture),
    ]
    content, offsets = b"%PDF-1.4\n", b""
    for number, each in enumerate(objects, 1):
        offsets += b"%010d 00000 n \n" % len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    end = b"xref\n0 7\n0000000000 65535 f \n%strailer\n<< /Size 7 /Root 1 0 R >>\n" % offsets
    content += end + b"startxref\n%d\n%%%%EOF\n" % len(content)
    return Material("ご来場のご案内.pdf", "application/pdf", content)


@contextlib.contextmanager
def sink() -> Iterator[Relay]:
    """The built-in sink in a process of its own, for one round: it keeps all it gets."""
    start = "from eventmail.wire.sink import run_sink; run_sink('127.0.0.1', 0, None)"
    with subprocess.Popen(
        [sys.executable, "-c", start], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        port = int(child.stdout.readline().split()[1].rpartition(":")[2])
        yield Relay(host="127.0.0.1", port=port, sink=True, ehlo_name="bench.example")
        child.terminate()


def send(cleared: list[Cleared], connection: Connection) -> None:
    """Hand each mail over; any that is not taken ends the run."""
    for each in cleared:
        if connection.send(each).kind is not Kind.ACCEPTED:
            raise SystemExit("the sink did not take a mail")


def timed(work: Callable[[], object]) -> float:
    """Seconds of wall time."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def round_of(batch: Batch) -> tuple[float, ...]:
    """Seconds for composing, checking and sending all mails of the batch, one after the other."""
    mails: list[Composed] = []
    cleared: list[Cleared] = []
    writing = timed(lambda: mails.extend(batch.compose()))
    processor = time.process_time()
    checking = timed(lambda: cleared.extend(batch.check(mails)))
    processor = time.process_time() - processor
    with sink() as relay, Connection(relay) as connection:
        send(cleared[:1], connection)  # the first one also warms the other process up
        return writing, checking, timed(lambda: send(cleared, connection)), processor


def cases(megabytes: float) -> Iterator[tuple[str, tuple[EncodedMaterial, ...], frozenset[str]]]:
    """Text only and with an attachment, for each size of roster."""
    file = encode_material(leaflet(int(megabytes * 1_000_000)))
    for title, materials in (("text only", ()), (f"with {megabytes:g} MB", (file,))):
        for size in ROSTERS:
            known = frozenset(f"saiyo{n}@jigyosho{n}.example" for n in range(size))
            yield title, materials, known


def people_of(number: int, mails: int) -> list[EmailAddress]:
    """Each round writes to people of its own: a mail that was checked before would be cheap."""
    names = range(number * mails, (number + 1) * mails)
    return [EmailAddress.parse(f"saiyo{n}@jigyosho{n}.example") for n in names]


def measure(mails: int, megabytes: float, rounds: int) -> list[Costs]:
    """The medians of ``rounds`` rounds through all cases, after one round that does not count."""
    each_case = list(cases(megabytes))
    taken: list[list[tuple[float, ...]]] = [[] for _ in each_case]
    for number in range(rounds + 1):
        for times, (_, materials, known) in zip(taken, each_case, strict=True):
            times.append(round_of(Batch(people_of(number, mails), materials, known)))
    return [
        Costs(title, len(known), *_medians(times[1:], mails))
        for times, (title, _, known) in zip(taken, each_case, strict=True)
    ]


def _medians(times: list[tuple[float, ...]], mails: int) -> list[float]:
    return [statistics.median(each) * 1000 / mails for each in zip(*times, strict=True)]


def table(costs: list[Costs], *, markdown: bool) -> str:
    """All lines, for a terminal or for README.md."""
    rows = [HEADINGS, *(each.cells for each in costs)]
    if markdown:
        rows.insert(1, ["---", *["---:"] * (len(HEADINGS) - 1)])
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.rjust, row, widths)) for row in rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="送信ゲートにかかる時間を測る")
    parser.add_argument("--mails", type=int, default=300, help="1回の通数")
    parser.add_argument("--rounds", type=int, default=5, help="回数（中央値をとる）")
    parser.add_argument("--megabytes", type=float, default=1.0, help="添付ファイルの大きさ")
    parser.add_argument("--markdown", action="store_true", help="表をMarkdownで書く")
    options = parser.parse_args()
    content = leaflet(int(options.megabytes * 1_000_000)).content
    looking = timed(lambda: search(content))
    costs = measure(options.mails, options.megabytes, options.rounds)
    print(table(costs, markdown=options.markdown))
    print(f"\nLooking into the attachment, once for all mails: {looking * 1000:.0f} ms")


if __name__ == "__main__":
    main()
