"""Every setting is read once at the start, and a wrong one stops the start by its name."""

from dataclasses import fields
from pathlib import Path

import pytest

from eventmail import config
from eventmail.config import ConfigError, Mode, Settings, load, table, to_environment

SECRET = {"EVENTMAIL_SECRET_KEY": "x" * 32}


def test_production_with_a_secret_needs_nothing_else() -> None:
    settings = load(SECRET)
    assert settings.mode is Mode.PRODUCTION
    assert settings.database == "sqlite:///var/eventmail.sqlite3"


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("EVENTMAIL_PORT=1000\nEVENTMAIL_HOST=0.0.0.0\nOTHER=1\n", encoding="utf-8")
    settings = load({**SECRET, "EVENTMAIL_PORT": "2000", "HOME": "/"}, dotenv)
    assert (settings.port, settings.host) == (2000, "0.0.0.0")


def test_mail_settings_carry_flask_mails_names() -> None:
    settings = load(
        {**SECRET, "EVENTMAIL_MAIL_SERVER": "relay.example", "EVENTMAIL_MAIL_USE_TLS": "1"}
    )
    assert settings.mail["MAIL_SERVER"] == "relay.example"
    assert settings.mail["MAIL_USE_TLS"] is True


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENTMAIL_MODE", "live"),
        ("EVENTMAIL_PORT", "eighty"),
        ("EVENTMAIL_PORT", "70000"),
        ("EVENTMAIL_MAIL_PORT", "-1"),
        ("EVENTMAIL_MAIL_USE_TLS", "maybe"),
        ("EVENTMAIL_MAIL_TIMEOUT", "0"),
        ("EVENTMAIL_MAIL_TIMEOUT", "soon"),
        ("EVENTMAIL_WORKER_THREADS", "two"),
        ("EVENTMAIL_CLAMD", "localhost"),
        ("EVENTMAIL_CLAMD", "localhost:0"),
        ("EVENTMAIL_CLAMD", "unix:"),
        ("EVENTMAIL_PUBLIC_URL", "mail.office.example"),
        ("EVENTMAIL_PUBLIC_URL", "ftp://mail.office.example"),
        ("EVENTMAIL_PUBLIC_URL", "https://user:secret@mail.office.example"),
        ("EVENTMAIL_PUBLIC_URL", "https://mail.office.example/?token=1"),
        ("EVENTMAIL_PUBLIC_URL", "https://mail.office.example/#top"),
        ("EVENTMAIL_PUBLIC_URL", "https://mail.office.example/a b"),
        ("EVENTMAIL_PUBLIC_URL", "https://"),
        ("EVENTMAIL_DATABASE_URL", "mysql://somewhere/db"),
        ("EVENTMAIL_SECRET_KEY", "short"),
        ("EVENTMAIL_MAIL_SINK", "true"),
        ("EVENTMAIL_MAIL_SEVRER", "relay.example"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load({**SECRET, name: value})
    assert name in str(raised.value)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("", ""),
        ("https://mail.office.example/", "https://mail.office.example"),
        ("http://10.0.0.5:8025", "http://10.0.0.5:8025"),
        ("https://office.example/eventmail", "https://office.example/eventmail"),
    ],
)
def test_the_address_of_the_pages_is_kept_without_its_last_slash(value: str, kept: str) -> None:
    assert load({**SECRET, "EVENTMAIL_PUBLIC_URL": value}).public_url == kept


def test_the_two_kinds_of_tls_exclude_each_other() -> None:
    both = {"EVENTMAIL_MAIL_USE_TLS": "true", "EVENTMAIL_MAIL_USE_SSL": "true"}
    with pytest.raises(ConfigError, match="どちらか一方"):
        load({**SECRET, **both})


def test_a_password_is_never_shown() -> None:
    field = next(each for each in fields(Settings) if each.name == "mail_password")

    def broken(_: str) -> str:
        raise ValueError

    shown = config._shown(field.default)
    assert shown == "（空）"
    assert "hunter2" not in str(_error_of("mail_password", "hunter2", broken))


def _error_of(name: str, value: str, parse: object) -> ConfigError:
    from types import SimpleNamespace

    setting = SimpleNamespace(name=name, metadata={"parse": parse, "expects": "文字列"})
    with pytest.raises(ConfigError) as raised:
        config._parse(setting, value)  # type: ignore[arg-type]
    return raised.value


def test_settings_survive_the_way_through_the_environment() -> None:
    settings = Settings(
        mode=Mode.DEMO,
        secret_key="s" * 40,
        mail_allowed_domains=("example", "x.example"),
        mail_sink=True,
        mail_timeout=2.5,
        data_dir=Path("somewhere"),
    )
    assert load(to_environment(settings)) == settings


def test_the_page_of_settings_is_the_table_of_config() -> None:
    page = Path(__file__).parent.parent / "docs" / "settings.md"
    assert table() in page.read_text(encoding="utf-8"), "run: make settings"


def test_every_setting_stands_in_the_table() -> None:
    assert all(f"`{config.variable(each)}`" in table() for each in fields(Settings))
