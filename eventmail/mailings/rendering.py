"""Turns a content and one recipient into the very bytes that are sent.

Preview, rehearsal, first copy and worker all go through :class:`Press`: what was seen is what
leaves. Materials are encoded once and shared by every copy.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from eventmail.addresses import EmailAddress
from eventmail.language import said
from eventmail.mailings.known import Known
from eventmail.mailings.letter import PAGE, Rendered, names_page, render
from eventmail.mailings.snapshot import Content, Recipient
from eventmail.suppression.tokens import StopLinks
from eventmail.wire import (
    BlindBatch,
    Cleared,
    Composed,
    EncodedMaterial,
    Envelope,
    Identity,
    Individual,
    Knowledge,
    Material,
    ReturnPattern,
    Stamp,
    Unwritable,
    Wording,
    compose,
    encode_material,
    inspect,
    message_id_for,
)

FIRST_COPY_MARK = "【送信控え】"
TEST_MARK = "【テスト】"
_RULE = "\n\n────────────────────\n"
STOP_BY_LINK = f"{_RULE}このようなご案内が不要な方は、次のページで配信を止められます。\n{{link}}\n"
STOP_BY_REPLY = f"{_RULE}このようなご案内が不要な方は、このメールへの返信でお知らせください。\n"
LINK_FOR_EACH = (
    f"{_RULE}このようなご案内が不要な方は、次のページで配信を止められます。\n"
    "（ここに、受け取る方ごとのリンクが入ります）\n"
)
NO_PAGE = said(
    "差し込み項目「{{{page}}}」に入れるアドレスが決まっていません。システムの管理者に、設定 "
    "EVENTMAIL_PUBLIC_URL を確かめてもらってください。",
    page=PAGE,
)
# The address of somebody's own page; for None a page that shows what such a page is.
Pages = Callable[[Recipient | None], str]


def no_pages(_recipient: Recipient | None) -> str:
    """Where nobody has a page."""
    return ""


@dataclass(frozen=True, slots=True)
class OfficeAddresses:
    """What the gate must know of an office: its own mailboxes and all participants it has."""

    ours: frozenset[EmailAddress]
    known: Known
    by_participant: Mapping[int, frozenset[EmailAddress]]
    suppressed: frozenset[str] = frozenset()  # the keys of those who get no such mail


@dataclass(frozen=True, slots=True)
class Press:
    """All that is the same for every copy of one content."""

    content: Content
    identity: Identity
    materials: tuple[EncodedMaterial, ...]
    office: OfficeAddresses
    # The SHA-256 of the materials that go unseen, because the approver lifted their block.
    lifted: frozenset[str] = frozenset()
    pages: Pages = no_pages
    # Where each recipient of an invitation stops such mails.
    stops: StopLinks | None = None
    # The form of the envelope senders, where the installation has a mailbox for what comes back,
    # and the next mail's.
    returns: ReturnPattern | None = None
    sender: EmailAddress | None = None

    def sent_by(self, sender: EmailAddress | None) -> Press:
        """The same for one mail, whose envelope has this sender."""
        return self if sender == self.sender else replace(self, sender=sender)

    def compose(self, recipient: Recipient, token: str, date: datetime) -> Composed:
        """The mail to one recipient, alone. ``token`` names it for good in its Message-ID."""
        if self.content.is_batch:
            raise ValueError("a batch has one wording for all, and no mail of one's own")
        text = self._text(recipient, recipient)
        wording = Wording(
            text.subject,
            text.body + self._foot(recipient),
            self.content.html,
            unsubscribe=self._one_click(recipient),
        )
        return self._compose(Individual(recipient.email), wording, token, date)

    def compose_batch(
        self, recipients: Sequence[Recipient], token: str, date: datetime
    ) -> tuple[Composed, BlindBatch]:
        """The one mail that all get, addressed to the office, and its envelope for these.

        With the same ``token`` and ``date`` its bytes are the same for whatever recipients.
        """
        if not self.content.is_batch:
            raise ValueError("an individual mailing has no batches")
        envelope = BlindBatch(tuple(each.email for each in recipients))
        body = self.content.body + self._foot(None)
        wording = Wording(self.content.subject, body, self.content.html)
        return self._compose(envelope, wording, token, date), envelope

    def clear_batch(
        self, composed: Composed, envelope: BlindBatch, suppressed: frozenset[str] | None = None
    ) -> Cleared:
        """Pass a batch's bytes through the gate: no participant at all may be seen in them."""
        return self._clear(composed, envelope, frozenset(), suppressed)

    def clear(
        self,
        composed: Composed,
        recipient: Recipient,
        own: frozenset[EmailAddress] | None = None,
        suppressed: frozenset[str] | None = None,
    ) -> Cleared:
        """Pass the bytes through the gate; raises :class:`~eventmail.wire.GateRefusal`.

        ``own`` are the addresses of the recipient's own company, where the caller has just asked
        for them; otherwise the office's are looked up. So it is with the ``suppressed``.
        ``sender`` is the envelope's, where it is this delivery's alone.
        """
        if own is None:
            own = self.office.by_participant.get(recipient.participant_id, frozenset())
        link = self._one_click(recipient)
        return self._clear(composed, Individual(recipient.email), own, suppressed, link)

    def compose_first_copy(
        self, token: str, date: datetime, first: Recipient | None = None
    ) -> Composed:
        """The office's own copy, worded as for the first recipient and marked in the subject.

        ``first`` is that recipient, where the caller has it and the content holds no list.
        """
        wording = self._marked(FIRST_COPY_MARK, first)
        return self._compose(Individual(self.identity.reply_to), wording, token, date)

    def clear_first_copy(self, composed: Composed) -> Cleared:
        """Pass the first copy through the same gate: no participant's address may stand in it."""
        return self._clear(composed, Individual(self.identity.reply_to), frozenset(), frozenset())

    def compose_test(
        self, to: EmailAddress, token: str, date: datetime, like: Recipient | None = None
    ) -> Composed:
        """A test mail to one mailbox of our own people, worded as for ``like`` (else the first)."""
        return self._compose(Individual(to), self._marked(TEST_MARK, like), token, date)

    def clear_test(self, composed: Composed, to: EmailAddress) -> Cleared:
        """Pass a test mail through the same gate: no participant's address may stand in it."""
        return self._clear(composed, Individual(to), frozenset(), frozenset())

    def _text(self, to: Recipient, whose: Recipient | None) -> Rendered:
        """The letter to somebody, with the page of ``whose``."""
        letter = self.content.letter
        page = self.pages(whose) if names_page(letter) else ""
        if names_page(letter) and not page:
            raise Unwritable(NO_PAGE)
        return render(letter, to.addressee, self.content.occasion, page)

    def _marked(self, mark: str, like: Recipient | None) -> Wording:
        """What one recipient would read, with a mark in the subject.

        Its link is the example's: a participant's own opens in nobody else's hands.
        """
        content = self.content
        if content.is_batch:
            return Wording(mark + content.subject, content.body + self._foot(None), content.html)
        to = like or content.recipients[0]
        text = self._text(to, None)
        foot = LINK_FOR_EACH if self._stops else self._foot(None)
        return Wording(mark + text.subject, text.body + foot, content.html)

    @property
    def _stops(self) -> StopLinks | None:
        """The links, if it is a mail that has them."""
        return self.stops if self.content.stoppable and not self.content.is_batch else None

    def _link(self, to: Recipient) -> str:
        links = self._stops
        return links.url(to.participant_id, to.contact_id, to.email.key) if links else ""

    def _one_click(self, to: Recipient) -> str:
        """The link as mail programs may use it."""
        return self._link(to) if self._stops and self._stops.one_click else ""

    def _foot(self, to: Recipient | None) -> str:
        """How the recipient of an invitation says that he wants no more of them."""
        if not self.content.stoppable:
            return ""
        link = self._link(to) if to else ""
        return STOP_BY_LINK.format(link=link) if link else STOP_BY_REPLY

    def _compose(
        self, envelope: Envelope, wording: Wording, token: str, date: datetime
    ) -> Composed:
        stamp = Stamp(message_id_for(self.identity, token), date)
        return compose(self.identity, envelope, wording, self.materials, stamp)

    def _clear(
        self,
        composed: Composed,
        envelope: Envelope,
        own: frozenset[EmailAddress],
        suppressed: frozenset[str] | None = None,
        link: str = "",
    ) -> Cleared:
        office = self.office
        stopped = office.suppressed if suppressed is None else suppressed
        knowledge = Knowledge(
            *(office.ours, own, office.known, self.lifted, stopped, link, self.returns)
        )
        return inspect(
            *(composed.pieces, envelope, self.identity, knowledge, self.materials, self.sender)
        )


def make_press(
    content: Content,
    read: Callable[[str], bytes],
    office: OfficeAddresses,
    lifted: frozenset[str] = frozenset(),
    pages: Pages = no_pages,
    stops: StopLinks | None = None,
) -> Press:
    """Prepare a content for its copies; ``read`` gives a material's bytes by digest."""
    identity = Identity(
        name=content.sender_name,
        address=EmailAddress.parse(content.sender_address),
        reply_to=EmailAddress.parse(content.reply_to),
    )
    materials = tuple(
        encode_material(Material(each.filename, each.media_type, read(each.sha256)))
        for each in content.attachments
    )
    return Press(content, identity, materials, office, lifted, pages, stops)


def new_token() -> str:
    """A delivery's unguessable name: 128 random bits in hexadecimal."""
    return secrets.token_hex(16)
