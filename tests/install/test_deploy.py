"""The files for a server: systemd takes the units, settings exist, the proxies fit the pages."""

from __future__ import annotations

import configparser
import re
import secrets
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from dotenv import dotenv_values

from eventmail import config
from eventmail.cli import cli
from eventmail.config import ConfigError, Settings
from eventmail.observing import access
from eventmail.production import refusals
from eventmail.web import serving
from tests.install.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = {"eventmail": "serve", "eventmail-web": "web", "eventmail-worker": "worker"}
BACKUP = "eventmail-backup"
PROGRAM = "/opt/eventmail/bin/eventmail"
SAMPLE = DEPLOY / "eventmail.env"
OPERATE = (ROOT / "docs" / "operate.md").read_text("utf-8")
HELD = {
    "User": "eventmail",
    "EnvironmentFile": "/etc/eventmail/eventmail.env",
    "StateDirectory": "eventmail",
    "StateDirectoryMode": "0700",
    "WorkingDirectory": "/var/lib/eventmail",
    "UMask": "0077",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallFilter": "@system-service",
    "KillMode": "mixed",
    "Restart": "on-failure",
}


def unit(name: str) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment]
    read.read(DEPLOY / f"{name}.service", "utf-8")
    return read


class TestUnits:
    def test_these_and_no_others(self) -> None:
        assert {each.stem for each in DEPLOY.glob("*.service")} == {*UNITS, BACKUP}

    @pytest.mark.parametrize("name", UNITS)
    def test_each_runs_its_command_and_is_fenced_in(self, name: str) -> None:
        service = unit(name)["Service"]
        assert service["ExecStart"] == f"{PROGRAM} {UNITS[name]}"
        assert UNITS[name] in cli.commands
        assert {key: service.get(key) for key in HELD} == HELD

    def test_their_fence_is_one_and_the_same(self) -> None:
        fences = [dict(unit(name)["Service"]) for name in UNITS]
        for each in fences:
            each.pop("ExecStart")
        assert fences[0] == fences[1] == fences[2]

    def test_the_backups_fence_is_the_same_with_one_more_folder(self) -> None:
        backup, web = dict(unit(BACKUP)["Service"]), dict(unit("eventmail-web")["Service"])
        own = {"Type", "ExecStart", "Nice", "IOSchedulingClass"}
        of_a_service = {"Type", "ExecStart", "Restart", "RestartSec", "KillMode", "TimeoutStopSec"}
        folder = backup.pop("ReadWritePaths")
        assert backup["ExecStart"] == f"{PROGRAM} backup {folder} --keep 14"
        assert {k: v for k, v in backup.items() if k not in own} == {
            k: v for k, v in web.items() if k not in of_a_service
        }

    @pytest.mark.parametrize("name", [*UNITS, BACKUP])
    def test_systemd_takes_them(self, name: str, tmp_path: Path) -> None:
        """Where there is a systemd to ask; elsewhere the table above has to do."""
        text = (DEPLOY / f"{name}.service").read_text("utf-8")
        copy = tmp_path / f"{name}.service"
        copy.write_text(text.replace(PROGRAM, sys.executable), "utf-8")
        asked = shutil.which("systemd-analyze") or "true"
        done = subprocess.run(
            [asked, "verify", str(copy)], capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")

    def test_they_have_time_to_end_what_is_in_hand(self) -> None:
        from eventmail.processes import GRACE_SECONDS

        assert all(int(unit(each)["Service"]["TimeoutStopSec"]) > GRACE_SECONDS for each in UNITS)


class TestSampleSettings:
    def test_every_setting_that_is_named_exists(self) -> None:
        known = {config.variable(each) for each in fields(Settings)}
        for path in (*DEPLOY.iterdir(), ROOT / "docs" / "operate.md", ROOT / "README.md"):
            named = set(re.findall(r"EVENTMAIL_[A-Z_]+(?!…)\b", path.read_text("utf-8")))
            assert named - known == set(), path.name

    def test_as_it_is_it_does_not_start_anything(self) -> None:
        with pytest.raises(ConfigError, match="EVENTMAIL_SECRET_KEY"):
            config.load({}, SAMPLE)

    def test_with_a_secret_it_starts_behind_the_proxy_of_the_example(self) -> None:
        settings = config.load({"EVENTMAIL_SECRET_KEY": secrets.token_urlsafe(48)}, SAMPLE)
        assert refusals(settings, {}) == []
        assert settings.data_dir.is_absolute()

    def test_systemd_and_we_read_the_same(self) -> None:
        """Lines of NAME=value without anything that one of the two would understand differently."""
        lines = SAMPLE.read_text("utf-8").splitlines()
        kept = [each for each in lines if each and not each.startswith("#")]
        plain = dict(each.split("=", 1) for each in kept)
        assert plain == dotenv_values(SAMPLE)
        assert all(re.fullmatch(r"[A-Z_]+=[\w:/.-]*", each) for each in kept)


class TestProxies:
    NGINX = (DEPLOY / "nginx.conf").read_text("utf-8")
    CADDY = (DEPLOY / "Caddyfile").read_text("utf-8")

    @pytest.mark.parametrize(
        "line",
        [
            "proxy_set_header Host $host;",
            "proxy_set_header X-Forwarded-For $remote_addr;",
            "proxy_set_header X-Forwarded-Proto $scheme;",
            "proxy_set_header X-Request-ID $request_id;",  # never the client's
            "ssl_protocols TLSv1.2 TLSv1.3;",
            "gzip off;",
            "proxy_connect_timeout 5s;",  # or everybody waits a minute for a machine that has gone
            "return 301 https://$host$request_uri;",
        ],
    )
    def test_nginx_passes_on_what_is_believed(self, line: str) -> None:
        assert line in self.NGINX

    def test_both_say_who_asks_and_how(self) -> None:
        nginx = set(re.findall(r"proxy_set_header (X-\S+)", self.NGINX))
        caddy = set(re.findall(r"header_up (X-\S+)", self.CADDY))
        assert {each.lower() for each in nginx} == serving.FORWARDED | {access.HEADER.lower()}
        assert caddy == nginx

    def test_caddy_too_asks_the_next_web_server(self) -> None:
        assert re.search(r"lb_try_duration \d+s\n\s*fail_duration \d+s\n", self.CADDY)

    def test_caddy_makes_the_number_of_a_request_itself(self) -> None:
        assert "header_up X-Request-ID {http.request.uuid}\n" in self.CADDY

    def test_both_let_through_what_the_pages_answer_themselves(self) -> None:
        settings = config.load({"EVENTMAIL_SECRET_KEY": secrets.token_urlsafe(48)}, SAMPLE)
        most = serving.options(settings)["max_request_body_size"] // config.MEGABYTE
        assert f"client_max_body_size {most}m;" in self.NGINX
        assert f"max_size {most}MiB" in self.CADDY

    def test_both_are_for_the_host_and_port_of_the_sample(self) -> None:
        settings = config.load({"EVENTMAIL_SECRET_KEY": secrets.token_urlsafe(48)}, SAMPLE)
        host = settings.public_url.removeprefix("https://")
        place = f"{settings.host}:{settings.port}"
        assert f"server_name {host};" in self.NGINX
        assert f"server {place};" in self.NGINX
        assert f"\n{host} {{" in self.CADDY
        assert f"reverse_proxy {place} {{" in self.CADDY

    def test_nginx_reads_it_line_by_line(self) -> None:
        code = [each.split("#")[0].strip() for each in self.NGINX.splitlines()]
        assert all(each.endswith((";", "{", "}")) for each in code if each)
        assert "".join(code).count("{") == "".join(code).count("}")


class TestOperatingPage:
    def test_every_command_that_it_types_exists(self) -> None:
        typed = set(re.findall(r"eventmail(?:-admin)? ([a-z]+(?:-[a-z]+)*)", OPERATE))
        assert {"migrate", "add-administrator", "serve", "audit", "backup", "doctor"} <= typed
        assert typed <= set(cli.commands)

    def test_every_file_that_it_lays_out_is_there(self) -> None:
        named = set(re.findall(r"deploy/([\w.*-]+)", OPERATE))
        assert all(list(DEPLOY.glob(each)) for each in named)
        whole = {each.name for each in DEPLOY.iterdir()}
        assert {each.name for name in named for each in DEPLOY.glob(name)} == whole

    @pytest.mark.parametrize("heading", ["控え（バックアップ）", "点検"])
    def test_it_has_the_headings_that_are_filled_elsewhere(self, heading: str) -> None:
        assert re.search(rf"^#+ {re.escape(heading)}$", OPERATE, re.M)

    def test_the_admins_helper_is_a_shell_script_that_parses(self) -> None:
        helper = DEPLOY / "eventmail-admin"
        assert helper.stat().st_mode & 0o111
        done = subprocess.run(["sh", "-n", str(helper)], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


class TestWatching:
    def test_what_never_happened_is_told_like_what_was_long_ago(self) -> None:
        """There is no such figure before the first backup, and no comparison with none is true."""
        rules = (DEPLOY / "prometheus-rules.yml").read_text("utf-8")
        found = re.findall(r"expr: time\(\) - max\((\w+)\) > \d+(.*)", rules)
        assert {name for name, _ in found} >= {
            "eventmail_audit_verified_timestamp_seconds",
            "eventmail_backup_timestamp_seconds",
        }
        assert all(rest == f" or absent({name})" for name, rest in found)
