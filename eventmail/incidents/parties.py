"""対応先: named, put together where they are one company, and found in an event's roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from eventmail.addresses import CARRIERS, EmailAddress
from eventmail.errors import NotFound, UserError
from eventmail.incidents import service, taking
from eventmail.incidents.companies import Company
from eventmail.incidents.exposure import with_addresses
from eventmail.incidents.models import ExposedAddress, Incident, Party
from eventmail.language import said
from eventmail.offices.permissions import Actor
from eventmail.spreadsheet.domain_tables import FREE_MAIL
from eventmail.suppression import service as suppression

NO_COMPANY = said("事業所名を入力してください（200文字まで）。")
WITH_ADDRESS = said(
    "事業所名に「@」があります。メールアドレスではなく、事業所の名前を入力してください。"
)
LONG_PHONE = said("電話番号は40文字までで入力してください。")
CHANGED = said("開いている間に、ほかの職員がこの対応先を変えました。いまの内容を確かめてください。")
TOO_FEW = said("1つにまとめる対応先を、2つ以上選んでください。")
LAST_ONE = said("この対応先のアドレスは1件だけのため、分けられません。")
LONGEST_COMPANY, LONGEST_PHONE = 200, 40


@dataclass(frozen=True, slots=True)
class Proposal:
    """Companies whose addresses have one domain: probably one company, which a person says."""

    domain: str
    parties: tuple[Company, ...]


def find(session: Session, incident: Incident, party_id: int) -> Party:
    """One of the incident's companies."""
    query = sa.select(Party).where(Party.id == party_id, Party.incident_id == incident.id)
    found = session.scalar(query.options(selectinload(Party.addresses)))
    if found is None:
        raise NotFound
    return found


def all_of(session: Session, incident: Incident) -> list[Party]:
    """All of them, in their order."""
    return with_addresses(session, incident)


def change(
    session: Session,
    actor: Actor,
    incident: Incident,
    party_id: int,
    company: str,
    phone: str,
    version: int,
) -> Party:
    """Name one and give it a telephone number; refused to whoever saw an older version."""
    service.touch(session, actor, incident)
    party = find(session, incident, party_id)
    session.refresh(party)
    if party.version != version:
        raise UserError(CHANGED)
    name = company.strip()
    if not 0 < len(name) <= LONGEST_COMPANY:
        raise UserError(NO_COMPANY)
    if "@" in name or "＠" in name:
        raise UserError(WITH_ADDRESS)
    if len(phone.strip()) > LONGEST_PHONE:
        raise UserError(LONG_PHONE)
    party.company, party.phone = name, phone.strip()
    party.version += 1
    session.flush()
    service.audit(session, incident, "incident.party_changed", actor, party=party.id)
    return party


def proposals(found: Collection[Company]) -> list[Proposal]:
    """Which are probably one company. Never by a domain that everybody can have an address in."""
    by_domain: dict[str, dict[int, Company]] = defaultdict(dict)
    for party in found:
        for each in party.addresses if party.participant_id is None else ():
            domain = each.address.rpartition("@")[2]
            if domain and domain not in FREE_MAIL and domain not in CARRIERS:
                by_domain[domain][party.id] = party
    return [
        Proposal(domain, tuple(parties.values()))
        for domain, parties in sorted(by_domain.items())
        if len(parties) > 1
    ]


def merge(session: Session, actor: Actor, incident: Incident, ids: Collection[int]) -> Party:
    """Somebody says that these are one company: one keeps its name, number and records.

    The one that was called, or else one that the roster knows, that has a number, the first.
    """
    service.touch(session, actor, incident)
    chosen = [each for each in all_of(session, incident) if each.id in set(ids)]
    if len(chosen) != len(set(ids)):
        raise NotFound
    if len(chosen) < 2:
        raise UserError(TOO_FEW)
    recorded = taking.recorded_ones(session, incident)
    kept, *others = sorted(
        chosen,
        key=lambda each: (
            each.id not in recorded,
            each.participant_id is None,
            not each.phone,
            each.position,
        ),
    )
    known = next((each for each in others if each.participant_id is not None), None)
    if kept.participant_id is None and known is not None:
        kept.event_id, kept.participant_id = known.event_id, known.participant_id
    kept.phone = kept.phone or next((each.phone for each in others if each.phone), "")
    move(session, [each for party in others for each in party.addresses], kept)
    for party in others:
        taking.let_go(session, party)
    kept.version += 1
    session.flush()
    session.expire_all()
    service.audit(session, incident, "incident.parties_merged", actor, count=len(chosen))
    return kept


def split(session: Session, actor: Actor, incident: Incident, address_id: int) -> Party:
    """An address that is of another company after all gets one of its own."""
    service.touch(session, actor, incident)
    query = sa.select(ExposedAddress).where(
        ExposedAddress.id == address_id,
        ExposedAddress.incident_id == incident.id,
        ExposedAddress.address != "",  # of somebody who was erased nothing is known
    )
    address = session.scalar(query)
    if address is None:
        raise NotFound
    if len(find(session, incident, address.party_id).addresses) < 2:
        raise UserError(LAST_ONE)
    name = address.shown_name or taking.unnamed(EmailAddress.parse(address.address))
    made = taking.new_party(session, taking.book_of(session, incident), name)
    move(session, [address], made)
    session.expire_all()
    service.audit(session, incident, "incident.party_split", actor, party=made.id)
    return made


def move(session: Session, addresses: Collection[ExposedAddress], party: Party) -> None:
    """These are that company's from now on, and follow its calls."""
    suppression.lock_office(session, party.office_id)  # whoever hands a mail over is waited for
    for each in addresses:
        each.party_id = party.id
    session.flush()
    session.expire(party, ["addresses"])
