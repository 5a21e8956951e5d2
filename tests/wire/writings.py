"""Random mails as an office could write them, kept with what was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from hypothesis import strategies as st

from eventmail.addresses import EmailAddress
from eventmail.wire import (
    BlindBatch,
    Composed,
    EncodedMaterial,
    Envelope,
    Identity,
    Individual,
    Knowledge,
    Material,
    Wording,
    compose,
    encode_material,
)
from eventmail.wire.envelope import LARGEST_BATCH
from tests.wire.samples import KNOWN, OFFICE, REPLIES, STAMP

TAME = (
    "髙﨑", "①㈱", "株式会社", " ", "　", ",", "(", "]", '"', "😀", "👩‍👩‍👧",
    "が", "A", "=?", "?=", ":",
)  # fmt: skip
PIECES = (*TAME, "@", "=?UTF-8?B?YQ==?=")
CHARACTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
MEDIA_TYPES = (
    "application/pdf",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "x" * 64 + "/" + "y" * 100,
)


def phrases(pieces: tuple[str, ...], longest: int) -> st.SearchStrategy[str]:
    """One line out of ``pieces``; now and then as long as may be."""
    some = st.lists(st.sampled_from(pieces), min_size=1, max_size=60).map("".join)
    long = st.builds(lambda text: (text * longest)[:longest], some)
    return (some.map(lambda text: text[:longest]) | long).filter(str.strip)


def lines(longest: int) -> st.SearchStrategy[str]:
    """Any line that can be written at all."""
    wild = st.text(CHARACTERS, min_size=1, max_size=min(longest, 150)).filter(str.strip)
    return phrases(PIECES, longest) | wild


def file_names(text: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return text.map(lambda t: re.sub(r'[/\\"]', "", t)[:200]).filter(lambda t: t.strip(" ."))


def materials(names: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[Material, ...]]:
    one = st.builds(
        Material,
        filename=file_names(names),
        media_type=st.sampled_from(MEDIA_TYPES),
        content=st.binary(max_size=300).filter(lambda raw: b"%PDF" not in raw).map(_picture),
    )
    return st.lists(one, max_size=3).map(tuple)


def _picture(content: bytes) -> bytes:
    """What can be looked into, whatever it says: no archive, no lock."""
    return b"\x89PNG\r\n\x1a\n" + content * (1 + len(content) % 9)


@dataclass(frozen=True)
class Writing:
    """One mail, and everything that went into it."""

    identity: Identity
    envelope: Envelope
    wording: Wording
    materials: tuple[Material, ...]

    @cached_property
    def encoded(self) -> tuple[EncodedMaterial, ...]:
        return tuple(map(encode_material, self.materials))

    @cached_property
    def mail(self) -> Composed:
        return compose(self.identity, self.envelope, self.wording, self.encoded, STAMP)

    @property
    def shown(self) -> EmailAddress:
        """The one address that may stand in To."""
        return self.envelope.to if isinstance(self.envelope, Individual) else OFFICE

    @property
    def own(self) -> frozenset[EmailAddress]:
        alone = isinstance(self.envelope, Individual)
        return frozenset((self.envelope.to,)) if alone else frozenset()

    @cached_property
    def knowledge(self) -> Knowledge:
        people = (self.envelope.to,) if self.own else self.envelope.recipients
        known = KNOWN | {each.key for each in people}
        return Knowledge(frozenset((OFFICE, REPLIES)), self.own, known)


LONG_LOCAL = "saiyo." * 10 + "jinj"
LONG_DOMAIN = ("aozora-" * 8 + "kk.") * 3 + "example"
ADDRESSES = st.sampled_from(
    ["saiyo@aozora.example", "a..b.@docomo.ne.jp", f"{LONG_LOCAL}@{LONG_DOMAIN}", "A@b.example"]
).map(EmailAddress.parse)
BATCHES = st.integers(1, LARGEST_BATCH).map(
    lambda size: tuple(EmailAddress.parse(f"saiyo{n}@aozora{n % 7}.example") for n in range(size))
)
ENVELOPES = ADDRESSES.map(Individual) | BATCHES.map(BlindBatch)


def writings(subjects: st.SearchStrategy[str], names: st.SearchStrategy[str]) -> st.SearchStrategy:
    bodies = st.lists(names, min_size=1, max_size=5).map("\n".join)
    return st.builds(
        Writing,
        identity=st.builds(Identity, names, st.just(OFFICE), st.just(REPLIES)),
        envelope=ENVELOPES,
        wording=st.builds(Wording, subjects, bodies | bodies.map(lambda text: text * 50)),
        materials=materials(names),
    )


WILD = writings(lines(500), lines(250))
HARMLESS = writings(phrases(TAME, 500), phrases(TAME, 250))  # nothing that could be an address
