"""The last check, on the finished bytes. Only what it lets through can be sent.

It believes nothing of what made the mail: it parses the bytes anew and knows only the office's own
addresses, the envelope, the recipient's own company and the addresses of all participants. Any
doubt is a refusal, and a refusal halts the mailing.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass
from functools import lru_cache
from operator import is_
from weakref import WeakKeyDictionary

from eventmail.addresses import AddressError, EmailAddress
from eventmail.language import said
from eventmail.wire.compose import Identity
from eventmail.wire.envelope import BlindBatch, Envelope, Individual, recipients_of
from eventmail.wire.html_reading import text_of_html
from eventmail.wire.lexical import Malformed
from eventmail.wire.material import EncodedMaterial
from eventmail.wire.parser import ONE_CLICK, ONLY_ON_NOTICES, UNSUBSCRIBE, ParsedMail, parse_mail
from eventmail.wire.parts import ParsedPart
from eventmail.wire.pieces import Pieces, as_pieces, sha256_of
from eventmail.wire.returning import ReturnPattern
from eventmail.wire.rules import GateRefusal
from eventmail.wire.searchable import search_pinned, suspects
from eventmail.wire.sites import Site, shows
from eventmail.wire.views import all_sites, sites_of_a_line

_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3]\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r" \d{4} [0-2]\d:[0-5]\d:[0-5]\d \+0900"
)
_FROM = re.compile(r"(?:=\?UTF-8\?B\?[A-Za-z0-9+/=]+\?= )+<([^<>]+)>")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]+@([^@<>]+)>")
_SEAL = object()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the gate knows besides the mail.

    ``ours``: the office's identities. ``own``: the addresses of the recipient's own company.
    ``known``: the keys (``EmailAddress.key``) of all participants of the office. ``lifted``: the
    SHA-256 of files that cannot be looked into and may go all the same, by a person's decision.
    ``suppressed``: the keys of those who get no such mail, whoever asks for it. ``unsubscribe``:
    the recipient's own link to stop such mails; the mail has this one, or none. ``returns``: the
    form of envelope senders other than the office's own address.
    """

    ours: frozenset[EmailAddress]
    own: frozenset[EmailAddress]
    known: Container[str]
    lifted: frozenset[str] = frozenset()
    suppressed: frozenset[str] = frozenset()
    unsubscribe: str = ""
    returns: ReturnPattern | None = None


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Cleared:
    """A mail that passed the gate: the only thing the transport sends. Only the gate makes it."""

    sender: EmailAddress
    envelope: Envelope
    pieces: Pieces  # the mail's bytes in order: what is its own, and what it shares with others
    _: KW_ONLY
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only the gate clears a mail")
        _issued[self] = _Issued.of(self)

    def __reduce__(self) -> str:
        raise TypeError("a cleared mail is sent here or not at all")

    @property
    def content(self) -> bytes:
        """The whole mail, copied together."""
        return b"".join(self.pieces)

    @property
    def digest(self) -> str:
        """SHA-256 of the very bytes that are sent, in hex; worked out whenever it is asked."""
        return sha256_of(*self.pieces)

    @property
    def size(self) -> int:
        """How many bytes the mail has (RFC 1870)."""
        return sum(map(len, self.pieces))


@dataclass(frozen=True, slots=True)
class _Issued:
    """What a mail was when it was cleared: the very objects, and how its addresses were written.

    The pieces need no second look: neither a tuple nor its bytes can be changed.
    """

    objects: tuple[object, ...]
    written: tuple[str, ...]

    @classmethod
    def of(cls, cleared: Cleared) -> _Issued:
        """As it is now."""
        people = cleared.sender, *recipients_of(cleared.envelope)
        objects = cleared.pieces, cleared.envelope, *people
        return cls((*objects, *map(type, objects)), tuple(each.wire for each in people))

    def is_still(self, other: _Issued) -> bool:
        """Whether nothing was exchanged: what claims to be equal is not the same."""
        as_many = len(self.objects) == len(other.objects)
        same = as_many and all(map(is_, self.objects, other.objects))
        return same and self.written == other.written


# An entry goes when its mail goes.
_issued: WeakKeyDictionary[Cleared, _Issued] = WeakKeyDictionary()


def is_as_cleared(cleared: Cleared) -> bool:
    """Whether the gate made this very object, and nothing in it was exchanged since then."""
    issued = _issued.get(cleared) if type(cleared) is Cleared else None
    return issued is not None and issued.is_still(_Issued.of(cleared))


def inspect(
    content: bytes | Pieces,
    envelope: Envelope,
    identity: Identity,
    knowledge: Knowledge,
    materials: Sequence[EncodedMaterial],
    sender: EmailAddress | None = None,
) -> Cleared:
    """Clear a mail, whole or in pieces, for ``envelope``, or raise :class:`GateRefusal`.

    ``sender`` is the envelope's, where that is not the identity's own address.
    """
    _check_envelope(envelope)
    _check_suppressed(envelope, knowledge)
    try:
        pieces = as_pieces(content)
        mail = parse_mail(pieces, [each.part for each in materials])
        if mail.html is not None and text_of_html(mail.html) != mail.body:
            raise GateRefusal("html")
    except Malformed as error:
        raise GateRefusal(error.reason) from error
    _check_people(mail, envelope, identity, knowledge)
    _check_stamp(mail, identity)
    _check_automatic(mail, envelope, knowledge)
    _check_unsubscribe(mail, envelope, knowledge)
    _check_materials(mail, materials)
    for rule, place in _violations(mail, _Rules.of(envelope, knowledge)):
        raise GateRefusal(rule, place)
    if sender is not None:
        _check_return_path(sender, envelope, knowledge)
    return Cleared(sender or identity.address, envelope, pieces, seal=_SEAL)


def exposures(
    content: bytes | Pieces,
    envelope: Envelope,
    knowledge: Knowledge,
    materials: Sequence[EncodedMaterial] = (),
) -> tuple[str, ...]:
    """The places of a mail, as it was sent, that show another participant to ``envelope``.

    Empty for every mail that passed the gate, as long as its bytes are the ones that passed.
    Raises :class:`Malformed` for bytes that are no mail as we write them.
    """
    mail = parse_mail(content, [each.part for each in materials])
    rules = _Rules.of(envelope, knowledge)
    people = [
        name
        for name in ("From", "To", "Reply-To")
        if any(rules.forbids(site) for site in all_sites(mail.value(name)))
    ]
    return tuple(dict.fromkeys([*people, *(place for _, place in _violations(mail, rules))]))


def _check_envelope(envelope: Envelope) -> None:
    if type(envelope) not in (Individual, BlindBatch):
        raise GateRefusal("envelope")
    if any(type(each) is not EmailAddress for each in recipients_of(envelope)):
        raise GateRefusal("envelope")


def _check_suppressed(envelope: Envelope, knowledge: Knowledge) -> None:
    stopped = knowledge.suppressed
    if stopped and any(each.key in stopped for each in recipients_of(envelope)):
        raise GateRefusal("suppressed")


def _check_return_path(sender: EmailAddress, envelope: Envelope, knowledge: Knowledge) -> None:
    """All of a batch see it (``Return-Path:``), so it may name nobody and nothing but a number."""
    pattern = knowledge.returns
    if (
        type(sender) is not EmailAddress
        or type(pattern) is not ReturnPattern
        or pattern.tag_of(str(sender)) is None
        or sender.key in knowledge.known
        or sender in recipients_of(envelope)
    ):
        raise GateRefusal("return_path")


def _check_people(
    mail: ParsedMail, envelope: Envelope, identity: Identity, knowledge: Knowledge
) -> None:
    sender = _FROM.fullmatch(mail.header("From").raw)
    if (
        not sender
        or type(identity.address) is not EmailAddress
        or _address(sender[1]) != identity.address
        or identity.address not in knowledge.ours
    ):
        raise GateRefusal("sender")
    reply_to = _address(mail.header("Reply-To").raw)
    if reply_to != identity.reply_to or reply_to not in knowledge.ours:
        raise GateRefusal("reply_to")
    shown = envelope.to if isinstance(envelope, Individual) else identity.address
    if _address(mail.header("To").raw) != shown:
        raise GateRefusal("to")


@lru_cache(maxsize=64)  # the office's own stand in each mail of a mailing
def _address(raw: str) -> EmailAddress | None:
    """The one bare address that ``raw`` is, written just as we write it (RFC 5321, 4.1.2)."""
    try:
        found = EmailAddress.parse(raw.replace('"', ""))
    except AddressError:
        return None
    return found if found.wire == raw else None


def _check_stamp(mail: ParsedMail, identity: Identity) -> None:
    if not _DATE.fullmatch(mail.header("Date").raw):
        raise GateRefusal("date")
    found = _MESSAGE_ID.fullmatch(mail.header("Message-ID").raw)
    if not found or found[1] != identity.address.domain:
        raise GateRefusal("message_id")


def _check_automatic(mail: ParsedMail, envelope: Envelope, knowledge: Knowledge) -> None:
    """The service's own notices go to the office's own mailboxes, and say what they are."""
    if not mail.has(ONLY_ON_NOTICES):
        return
    to_ourselves = isinstance(envelope, Individual) and envelope.to in knowledge.ours
    if not to_ourselves or mail.header(ONLY_ON_NOTICES).raw != "auto-generated":
        raise GateRefusal("automatic")


def _check_unsubscribe(mail: ParsedMail, envelope: Envelope, knowledge: Knowledge) -> None:
    """The recipient's own link, in exactly the form of RFC 8058; nobody else's, and no other."""
    found = {each.name: each.raw for each in mail.headers if each.name in (UNSUBSCRIBE, ONE_CLICK)}
    own = knowledge.unsubscribe
    right = {UNSUBSCRIBE: f"<{own}>", ONE_CLICK: "List-Unsubscribe=One-Click"} if own else {}
    if found != right or (found and not isinstance(envelope, Individual)):
        raise GateRefusal("unsubscribe")


def _check_materials(mail: ParsedMail, materials: Sequence[EncodedMaterial]) -> None:
    found = [(each.filename, each.media_type, each.digest) for each in mail.attachments]
    if found != [(each.filename, each.media_type, each.digest) for each in materials]:
        raise GateRefusal("materials")


@dataclass(frozen=True, slots=True)
class _Rules:
    """Which addresses may not stand in this mail, and which may."""

    known: Container[str]
    batch: frozenset[str]  # a batch hides its recipients even where the roster does not know them
    in_headers: frozenset[str]
    in_texts: frozenset[str]
    lifted: frozenset[str]

    @classmethod
    def of(cls, envelope: Envelope, knowledge: Knowledge) -> _Rules:
        ours = frozenset(each.key for each in knowledge.ours)
        if isinstance(envelope, Individual):
            headers = ours | {envelope.to.key}
            own = frozenset(each.key for each in knowledge.own)
            return cls(knowledge.known, frozenset(), headers, headers | own, knowledge.lifted)
        hidden = frozenset(each.key for each in envelope.recipients)
        return cls(knowledge.known, hidden, ours, ours, knowledge.lifted)

    def forbids(self, site: Site) -> bool:
        """Whether the site shows another participant."""
        return shows(site, self.known, self.in_texts) or (
            bool(self.batch) and shows(site, self.batch, self.in_texts)
        )


def _violations(mail: ParsedMail, rules: _Rules) -> Iterator[tuple[str, str]]:
    """Each rule that a text of the mail breaks, and where."""
    for place, text in _header_texts(mail):
        for site in sites_of_a_line(text):
            if rules.forbids(site):
                yield "other_address", place
            elif _is_address(site.plain()) and site.plain() not in rules.in_headers:
                yield "header_address", place
    # Our own random token: decoded as base64, one in ten thousand looks like some address.
    token = mail.value("Message-ID").rpartition("@")[0]
    pages = [(said("本文"), mail.html)] if mail.html is not None else []
    links = [(said("配信停止のリンク"), mail.value(UNSUBSCRIBE))] if mail.has(UNSUBSCRIBE) else []
    for place, text in ((said("メールの番号"), token), *links, (said("本文"), mail.body), *pages):
        if any(rules.forbids(site) for site in all_sites(text)):
            yield "other_address", place
    for number, part in enumerate(mail.attachments, 1):
        yield from _of_attachment(number, part, rules)


def _header_texts(mail: ParsedMail) -> Iterator[tuple[str, str]]:
    yield said("差出人の名前"), mail.value("From").rpartition("<")[0]
    yield said("件名"), mail.value("Subject")


def _is_address(text: str) -> bool:
    try:
        EmailAddress.parse(text)
    except AddressError:
        return False
    return True


def _of_attachment(number: int, part: ParsedPart, rules: _Rules) -> Iterator[tuple[str, str]]:
    place = said("{number}番目の添付ファイル", number=number)
    if any(rules.forbids(site) for site in sites_of_a_line(part.filename)):
        yield "other_address", said("{place_said}の名前", place_said=place)
    searched = search_pinned(part.digest, part.content)
    if searched.unsearchable and not (searched.liftable and part.digest in rules.lifted):
        yield "unsearchable_material", place
    concern = {*suspects(searched, rules.known), *suspects(searched, rules.batch)}
    if any(rules.forbids(site) for site in concern):
        yield "other_address", place
