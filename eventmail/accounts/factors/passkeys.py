"""Passkeys (WebAuthn): made by a signed-in person, used alone or after the password."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
import webauthn
from sqlalchemy.orm import Session
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_authentication_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from eventmail import clock
from eventmail.accounts.factors import challenges
from eventmail.accounts.factors.holders import enrolled, holder_of
from eventmail.accounts.factors.means import Site
from eventmail.accounts.factors.models import FactorHolder, Passkey, Purpose
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import places
from eventmail.offices.models import Staff

MOST = 10
LONGEST_ANSWER = 20_000
PATIENCE = 120_000  # milliseconds for the person at the device
SYSTEM = said("イベントメール")
NO_SITE = said(
    "パスキーはまだ使えません。"
    "管理者が設定 EVENTMAIL_PUBLIC_URL に https のアドレスを登録すると使えます。"
)
TOO_MANY = said(
    "パスキーは{most}個まで登録できます。使っていないものを削除してください。", most=MOST
)
NOT_MADE = said("パスキーを登録できませんでした。もう一度「パスキーを登録する」を押してください。")
KNOWN = said("この端末のパスキーは、すでに登録されています。")
WRONG = said(
    "このパスキーでは本人を確かめられませんでした。もう一度試すか、別の方法を使ってください。"
)
COPIED = said(
    "このパスキーは複製されたおそれがあるため、使えなくしました。"
    "別の方法でサインインし、所の管理者に知らせてください。"
)
# What a hostile answer makes the parsers say.
UNREADABLE = (
    WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error,
    RecursionError, OverflowError,
)  # fmt: skip


def of(session: Session, staff_id: int) -> list[Passkey]:
    """The person's passkeys, oldest first."""
    query = sa.select(Passkey).where(Passkey.staff_id == staff_id).order_by(Passkey.id)
    return list(session.scalars(query))


def registration(session: Session, site: Site | None, staff: Staff) -> dict[str, Any]:
    """What the browser needs to make a passkey for this person."""
    place = _needed(site)
    own = of(session, staff.id)
    if len(own) >= MOST:
        raise UserError(TOO_MANY)
    options = webauthn.generate_registration_options(
        rp_id=place.name,
        rp_name=SYSTEM,
        user_id=base64url_to_bytes(holder_of(session, staff.id).handle),
        user_name=staff.login,
        user_display_name=staff.name,
        challenge=challenges.make(session, Purpose.REGISTER, staff.id),
        timeout=PATIENCE,
        # Found by the device itself, and opened by a PIN or a finger: good for signing in alone.
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(own),
    )
    return options_to_json_dict(options)


def register(
    session: Session, site: Site | None, staff: Staff, challenge: bytes, answer: str, name: str
) -> Passkey | str:
    """The new passkey, or the sentence to show."""
    place = _needed(site)
    if not challenges.take(session, challenge, Purpose.REGISTER, staff.id):
        return NOT_MADE
    verified = verified_registration(place, challenge, answer)
    if verified is None:
        return NOT_MADE
    credential_id = bytes_to_base64url(verified.credential_id)
    if session.scalar(sa.select(Passkey.id).where(Passkey.credential_id == credential_id)):
        return KNOWN
    made = Passkey(
        staff_id=staff.id,
        credential_id=credential_id,
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        name=name,
        since=clock.now(),
    )
    session.add(made)
    enrolled(session, staff.id)
    session.flush()
    _audit(session, "factor.passkey_added", made)
    return made


def request(
    session: Session, site: Site | None, purpose: Purpose, staff_id: int | None
) -> dict[str, Any]:
    """What the browser needs to use a passkey: any of the device's, or one of this person's."""
    place = _needed(site)
    usable = [each for each in of(session, staff_id) if not each.blocked_at] if staff_id else []
    options = webauthn.generate_authentication_options(
        rp_id=place.name,
        challenge=challenges.make(session, purpose, staff_id),
        timeout=PATIENCE,
        allow_credentials=_descriptors(usable),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def authenticate(
    session: Session,
    site: Site | None,
    purpose: Purpose,
    staff_id: int | None,
    challenge: bytes,
    answer: str,
) -> Passkey | str:
    """The passkey that answered, or the sentence to show: alike for unknown and wrong.

    The challenge is used up whatever the answer. Without ``staff_id`` the passkey itself says
    who it is.
    """
    place = _needed(site)
    if not challenges.take(session, challenge, purpose, staff_id):
        return WRONG
    found = _named(session, answer, staff_id)
    if found is None:
        return WRONG
    count = verified_use(place, challenge, answer, found.public_key)
    return WRONG if count is None else _counted(session, found, count)


def verified_registration(site: Site, challenge: bytes, answer: str) -> VerifiedRegistration | None:
    """What the device says of the passkey it made, if all of it holds."""
    try:
        return webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except UNREADABLE:
        return None


def verified_use(site: Site, challenge: bytes, answer: str, public_key: str) -> int | None:
    """The passkey's counter, if the answer is signed with its key, for this site and challenge."""
    try:
        verified = webauthn.verify_authentication_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,  # looked at later, once the signature is known good
            require_user_verification=True,
        )
    except UNREADABLE:
        return None
    return verified.new_sign_count


def remove(session: Session, staff: Staff, passkey_id: int) -> None:
    """The passkey does not count any more."""
    found = own(session, staff, passkey_id)
    _audit(session, "factor.passkey_removed", found)
    session.delete(found)
    session.flush()


def own(session: Session, staff: Staff, passkey_id: int) -> Passkey:
    """One's own passkey; anybody else's is not found."""
    found = session.get(Passkey, passkey_id)
    if found is None or found.staff_id != staff.id:
        raise NotFound
    return found


def _named(session: Session, answer: str, staff_id: int | None) -> Passkey | None:
    """The registered passkey that answers, if it is the right person's and says so itself."""
    try:
        given = parse_authentication_credential_json(_read(answer))
    except UNREADABLE:
        return None
    query = (
        sa.select(Passkey, FactorHolder.handle)
        .join(FactorHolder, FactorHolder.staff_id == Passkey.staff_id)
        .where(Passkey.credential_id == bytes_to_base64url(given.raw_id))
    )
    row = session.execute(query).first()
    if row is None:
        return None
    found, handle = row
    said = given.response.user_handle
    if staff_id not in (None, found.staff_id) or (said is None and staff_id is None):
        return None
    if said is not None and bytes_to_base64url(said) != handle:
        return None
    staff = session.get_one(Staff, found.staff_id)
    return found if staff.active and places.anywhere(staff) else None


def _counted(session: Session, found: Passkey, count: int) -> Passkey | str:
    """Its counter must have grown, where the device counts at all."""
    locked = session.get_one(Passkey, found.id, with_for_update=True, populate_existing=True)
    grown = count > locked.sign_count or count == locked.sign_count == 0
    if locked.blocked_at is not None or not grown:
        if locked.blocked_at is None:
            locked.blocked_at = clock.now()
            _audit(session, "factor.passkey_blocked", locked)
        return COPIED
    locked.sign_count, locked.used_at = count, clock.now()
    session.flush()
    return locked


def _needed(site: Site | None) -> Site:
    if site is None:
        raise UserError(NO_SITE)
    return site


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError
    read: dict[str, Any] = json.loads(answer)
    return read


def _descriptors(own: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(base64url_to_bytes(each.credential_id)) for each in own]


def _audit(session: Session, action: str, passkey: Passkey) -> None:
    places.note_own(session, action, session.get_one(Staff, passkey.staff_id), passkey=passkey.id)
