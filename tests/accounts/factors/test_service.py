"""What a role requires, what may be removed, and what a manager takes away."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from eventmail import cli_accounts
from eventmail.accounts.factors import passkeys, recovery, rules, service, totp
from eventmail.accounts.factors.models import Passkey
from eventmail.accounts.factors.requiring import REQUIRED
from eventmail.accounts.invitations import password_fault
from eventmail.audit.models import AuditEntry
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.offices import settings
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Forbidden
from eventmail.sample import People
from tests import settling
from tests.accounts.factors.conftest import MEANS, Holder

STRICT = replace(MEANS, required=frozenset({Role.APPROVER, Role.MANAGER}))


def test_a_role_that_needs_a_factor_leads_to_setting_one_up(
    database: Database, people: People, holder: Holder
) -> None:
    with database.reading() as session:
        led = {
            role: service.must_enrol(session, STRICT, getattr(people, role.value).staff)
            for role in Role
        }
    assert {role for role in Role if led[role]} == {Role.APPROVER, Role.MANAGER}
    holder.with_passkey()
    with database.reading() as session:
        assert not service.must_enrol(session, STRICT, holder.staff)


def test_what_an_office_says_goes_before_the_default(database: Database, people: People) -> None:
    office = people.author.office.id
    with database.writing() as session:
        settling.settle(session, REQUIRED.at(office), ["author"])
        assert rules.required_in(session, office, STRICT.required) == {Role.AUTHOR}
        assert service.must_enrol(session, STRICT, people.author.staff)
        assert not service.must_enrol(session, STRICT, people.approver.staff)


def test_one_office_that_requires_it_is_enough(database: Database, people: People) -> None:
    with database.writing() as session:
        other = Office(bureau_id=people.author.office.bureau_id, name="もう一つの所")
        session.add(other)
        session.flush()
        staff = session.merge(people.author.staff)
        settings.set_up(session, other.id, "roles", ["approver"], str(staff.id))
        session.refresh(staff)
        assert service.must_enrol(session, STRICT, staff)
        settings.set_up(session, other.id, "roles", [], str(staff.id))
        session.refresh(staff)
        assert not service.must_enrol(session, STRICT, staff)


def test_who_stands_in_for_an_approver_needs_one_too(database: Database, people: People) -> None:
    lent = [(people.author.office.id, Role.APPROVER)]
    with database.reading() as session:
        assert not service.must_enrol(session, STRICT, people.author.staff)
        assert service.must_enrol(session, STRICT, people.author.staff, lent)


def test_the_last_factor_stays_where_one_is_required(holder: Holder) -> None:
    holder.with_app()
    holder.with_passkey()
    with holder.database.writing() as session:
        (key,) = passkeys.of(session, holder.staff.id)
        service.remove_passkey(session, STRICT, holder.staff, key.id)
        with pytest.raises(UserError, match="最後の1つ"):
            service.remove_totp(session, STRICT, holder.staff)
        assert service.has_any(session, holder.staff.id)


def test_a_blocked_passkey_is_no_factor_but_may_go(holder: Holder) -> None:
    holder.with_app()
    holder.with_passkey()
    with holder.database.writing() as session:
        session.execute(sa.update(Passkey).values(blocked_at=Passkey.since))
        (key,) = passkeys.of(session, holder.staff.id)
        with pytest.raises(UserError, match="最後の1つ"):
            service.remove_totp(session, STRICT, holder.staff)
        service.remove_passkey(session, STRICT, holder.staff, key.id)


def test_a_factor_makes_no_shorter_password_do(holder: Holder) -> None:
    holder.with_app()
    with holder.database.reading() as session:  # or it would stay short when the factor goes
        assert "15文字以上" in password_fault(session, holder.staff, "tn4#kw9!")


def test_with_the_last_factor_its_recovery_codes_go(holder: Holder) -> None:
    holder.with_app()
    with holder.database.writing() as session:
        codes = service.first_codes(session, MEANS, holder.staff.id)
        assert len(codes) == recovery.COUNT
        assert service.first_codes(session, MEANS, holder.staff.id) == []
        service.remove_totp(session, MEANS, holder.staff)
        assert not service.has_any(session, holder.staff.id)
        assert service.prove(session, MEANS, holder.staff.id, codes[0]) is None


def test_a_manager_takes_everything_away_and_a_new_one_is_needed(
    holder: Holder, people: People
) -> None:
    secret = holder.with_app()
    holder.with_passkey()
    with holder.database.writing() as session:
        totp.offer(session, MEANS.sealer, holder.staff.id)
        codes = recovery.renew(session, MEANS.sealer, holder.staff.id)
        service.reset(session, people.manager, holder.staff, "端末をなくしたため")
        standing = service.standing(session, holder.staff.id)
        assert (standing.count, standing.codes_left) == (0, 0)
        assert service.prove(session, MEANS, holder.staff.id, codes[0]) is None
        assert totp.offered(session, MEANS.sealer, holder.staff.id) == ""
        assert service.must_enrol(session, MEANS, holder.staff)
        entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.staff_id) == ("factor.reset", people.manager.id)
        assert entry.details == {"reason": "端末をなくしたため"}
    assert secret not in str(entry.details)
    holder.with_passkey()
    with holder.database.reading() as session:
        assert not service.must_enrol(session, MEANS, holder.staff)


def test_only_a_manager_of_the_office_resets_and_never_himself(
    holder: Holder, people: People
) -> None:
    holder.with_app()
    with holder.database.writing() as session:
        elsewhere = Office(bureau_id=people.author.office.bureau_id, name="もう一つの所")
        session.add(elsewhere)
        session.flush()
        stranger = replace(people.manager, office=elsewhere)
        cases = (
            (people.approver, people.author.staff, "理由", Forbidden),
            (stranger, holder.staff, "理由", Forbidden),
            (people.manager, people.manager.staff, "理由", UserError),
            (people.manager, holder.staff, " ", UserError),
        )
        for actor, staff, reason, refusal in cases:
            with pytest.raises(refusal):
                service.reset(session, actor, staff, reason)
        manager = session.merge(people.manager.staff)
        settings.set_up(session, elsewhere.id, "roles", ["manager"], str(manager.id))
        session.refresh(manager)
        with pytest.raises(NotFound):
            service.reset(session, replace(stranger, staff=manager), holder.staff, "理由")
        assert service.has_any(session, holder.staff.id)


@pytest.mark.parametrize("beyond", ["another office", "the installation"])
def test_a_manager_resets_nobody_with_rights_beyond_the_office(
    holder: Holder, people: People, beyond: str
) -> None:
    holder.with_app()
    with holder.database.writing() as session:
        staff = session.get_one(Staff, holder.staff.id)
        if beyond == "another office":
            other = Office(bureau_id=people.author.office.bureau_id, name="もう一つの所")
            session.add(other)
            session.flush()
            settings.set_up(session, other.id, "roles", ["author"], str(staff.id))
            session.refresh(staff)
        else:
            staff.administrator = True
        with pytest.raises(UserError, match="サーバーの管理者に依頼"):
            service.reset(session, people.manager, staff, "端末をなくしたため")
        assert service.has_any(session, staff.id)


def test_who_makes_offices_needs_one_where_anybody_does(database: Database) -> None:
    nobody = Staff(login="sysadmin", name="管理", password_hash="", administrator=True)
    with database.writing() as session:
        session.add(nobody)
        session.flush()
        assert service.must_enrol(session, STRICT, nobody)
        assert not service.must_enrol(session, MEANS, nobody)


def test_the_server_resets_whom_nobody_else_may(
    holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder.with_app()
    monkeypatch.setattr(cli_accounts, "SETTINGS", [])
    commands = click.Group()
    cli_accounts.register(commands, Settings)
    monkeypatch.setattr(cli_accounts, "opened", lambda _settings: nullcontext(holder.database))
    command = ["reset-second-factor", holder.staff.login, "--reason", "端末をなくしたため"]
    done = CliRunner().invoke(commands, command)
    assert "大河内 由紀子さんの二段階認証を取り消しました。" in done.output, done.output
    with holder.database.reading() as session:
        assert not service.has_any(session, holder.staff.id)
        assert service.must_enrol(session, MEANS, holder.staff)
