"""The command line: every command on the real thing, in processes of its own where it has them."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import app
from eventmail import processes
from eventmail.cli import cli, main
from eventmail.config import ConfigError, Mode, Settings
from eventmail.demo import settings_in
from eventmail.errors import UserError
from eventmail.processes import ENTRY
from tests.judge import judge
from tests.recorder import Recorder, allow_port

SECRET = "x" * 40
Mail = tuple[str, tuple[str, ...], bytes]


def run(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``app.py`` as a person would, with this environment."""
    return subprocess.run(
        [sys.executable, str(ENTRY), *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@dataclass(frozen=True)
class Answer:
    """What a command said, like that of a process."""

    returncode: int
    stdout: str
    stderr: str


Typed = Callable[..., Answer]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """The same as ``run`` within this process, where starting one is not the point."""

    def answer(*arguments: str, folder: Path, **environment: str) -> Answer:
        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as there, redirect_stdout(out), redirect_stderr(err):
            there.chdir(folder)
            for name in [each for each in os.environ if each.startswith("EVENTMAIL_")]:
                there.delenv(name)
            for name, value in environment.items():
                there.setenv(name, value)
            there.setattr(sys, "argv", [str(ENTRY), *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        code = ended.value.code
        return Answer(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())

    return answer


class Kept:
    """A mail in the folder of the sink, as the judge wants it."""

    def __init__(self, eml: Path) -> None:
        envelope = json.loads(eml.with_suffix(".json").read_text(encoding="utf-8"))
        self.mail_from: str = envelope["mail_from"]
        self.rcpt_to: tuple[str, ...] = tuple(envelope["rcpt_to"])
        self.content = eml.read_bytes()


class TestUnattended:
    def test_the_whole_journey_ends_in_thirty_mails_and_a_report(self, tmp_path: Path) -> None:
        out = tmp_path / "out"
        done = run("demo", "--unattended", "--out", str(out), folder=tmp_path)
        assert done.returncode == 0, done.stderr
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        assert {k: report[k] for k in ("participants", "accepted", "refused", "uncertain")} == {
            "participants": 30,
            "accepted": 30,
            "refused": 0,
            "uncertain": 0,
        }
        assert len(report["snapshot"]) == 64
        assert report["seconds"] > 0
        mails = [Kept(each) for each in sorted(out.glob("*.eml"))]
        assert len(mails) == 31, "thirty, and the office's own copy"
        assert all(len(mail.rcpt_to) == 1 for mail in mails)
        assert len({mail.rcpt_to for mail in mails}) == 31
        assert judge(mails) == []

    def test_another_relay_gets_them_instead(self, tmp_path: Path, recorder: Recorder) -> None:
        relay = f"127.0.0.1:{recorder.port}"
        done = run("demo", "--unattended", "--out", "out", "--relay", relay, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert len(recorder.received) == 31
        assert [each.name for each in (tmp_path / "out").iterdir()] == ["report.json"]

    def test_a_refused_mail_is_counted_and_the_exit_says_so(
        self, tmp_path: Path, recorder: Recorder
    ) -> None:
        recorder.script("RCPT", "")
        recorder.script("RCPT", "550 5.1.1 no such user")
        relay = f"127.0.0.1:{recorder.port}"
        done = run("demo", "--unattended", "--out", "out", "--relay", relay, folder=tmp_path)
        assert done.returncode == 1
        report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
        assert (report["accepted"], report["refused"]) == (29, 1)

    def test_a_relay_that_is_down_is_named(self, tmp_path: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            closed = probe.getsockname()[1]
        relay = f"127.0.0.1:{closed}"
        done = run("demo", "--unattended", "--out", "out", "--relay", relay, folder=tmp_path)
        assert done.returncode == 1
        assert relay in done.stdout

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--unattended"],
            ["--unattended", "--out", "o", "--relay", "nowhere"],
            ["--unattended", "--out", "o", "--relay", ":25"],
        ],
    )
    def test_wrong_arguments_are_one_sentence(
        self, typed: Typed, tmp_path: Path, arguments: list[str]
    ) -> None:
        done = typed("demo", *arguments, folder=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith("エラー：")
        assert "Traceback" not in done.stderr


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    allow_port(found)
    return found


def test_the_links_in_the_demos_mails_lead_to_its_own_pages(tmp_path: Path) -> None:
    there = Settings(mode=Mode.DEMO, port=8931)
    assert settings_in(tmp_path, there).public_url == "http://127.0.0.1:8931"
    named = replace(there, public_url="https://demo.office.example")
    assert settings_in(tmp_path, named).public_url == "https://demo.office.example"


class TestDemo:
    @pytest.fixture
    def demo(self, tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
        child = self.start(tmp_path, port)
        yield child
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        if child.stdout is not None and not child.stdout.closed:
            child.communicate()

    def start(self, folder: Path, port: int) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, str(ENTRY), "demo"],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONUTF8": "1",
                "EVENTMAIL_PORT": str(port),
                "PYTHONUNBUFFERED": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        for _ in range(2_400):  # two minutes, on a machine that has other things to do
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return child
            assert child.poll() is None, child.stdout and child.stdout.read()
            time.sleep(0.05)
        raise AssertionError("the demo did not start")

    def end(self, child: subprocess.Popen[str]) -> str:
        """Ctrl-C in the terminal: the whole process group gets the signal."""
        os.killpg(child.pid, signal.SIGINT)
        output, _ = child.communicate(timeout=120)
        return output

    def test_its_first_start_its_second_and_a_reset(
        self, demo: subprocess.Popen[str], tmp_path: Path, port: int
    ) -> None:
        there = tmp_path / "var" / "demo" / "secret"
        secret = there.read_text(encoding="ascii")
        taken = run("demo", folder=tmp_path, EVENTMAIL_PORT=str(port))
        assert taken.returncode == 2
        assert f"ポート{port}はほかで使われています。" in taken.stderr
        self.says_where_and_who_and_leaves_nothing_running(demo, port)

        again = self.start(tmp_path, port)
        self.end(again)
        assert there.read_text(encoding="ascii") == secret, "a second start goes on"

        done = run("demo", "--reset", folder=tmp_path)
        assert done.returncode == 0
        assert "はじめの状態" in done.stdout
        assert there.read_text(encoding="ascii") != secret, "a reset starts over"

    def says_where_and_who_and_leaves_nothing_running(
        self, demo: subprocess.Popen[str], port: int
    ) -> None:
        output = self.end(demo)
        assert demo.returncode == 0
        assert f"http://127.0.0.1:{port}/" in output
        assert all(word in output for word in ("起案者", "確認者", "決裁者", "demo-kian-no-pass"))
        assert "Traceback" not in output
        with pytest.raises(ProcessLookupError):
            os.killpg(demo.pid, 0)


class TestSettingUp:
    def test_from_nothing_to_three_people(self, typed: Typed, tmp_path: Path) -> None:
        own = {"EVENTMAIL_SECRET_KEY": SECRET}
        assert "migrate を実行してください" in run("web", folder=tmp_path, **own).stderr
        assert run("migrate", folder=tmp_path, **own).returncode == 0
        done = typed("add-office", "局", "所", folder=tmp_path, **own)
        assert "送信控えを人が確かめてから送ります" in done.stdout
        done = typed("set-sending", "所", "--hold", "10", folder=tmp_path, **own)
        assert "決裁の10分後に送信控えを送り、残りは人が確かめてから送ります" in done.stdout
        done = typed("set-sending", "所", "--first-copy", "15", folder=tmp_path, **own)
        assert "決裁の10分後に送信控えを送り、残りは送信控えの15分後に自動で送ります" in done.stdout
        done = typed("set-sending", "所", "--first-copy", "x", folder=tmp_path, **own)
        assert done.returncode == 2
        assert "--first-copy「x」を読めません。" in done.stderr
        box = ("add-mailbox", "所", "所の名前", "office@sho.example")
        assert typed(*box, folder=tmp_path, **own).returncode == 0
        staff = (
            "add-staff",
            "所",
            "kian",
            "森下",
            "--role",
            "author",
            "--password",
            "long enough password",
        )
        done = typed(*staff, folder=tmp_path, **own)
        assert "職員「森下」を登録しました。" in done.stdout
        invite = ("invite", "所", "kakunin", "長谷川", "--role", "checker")
        done = typed(*invite, folder=tmp_path, **own)
        assert re.search(r"^http://127\.0\.0\.1:\d+/invitations/[\w-]{43}$", done.stdout, re.M)
        assert "長谷川さん本人だけに渡してください。" in done.stdout
        done = typed("reset-password", "kian", folder=tmp_path, **own)
        assert "森下さん本人だけに渡してください。" in done.stdout
        done = typed("set-staff-address", "kian", "Mori@sho.example", folder=tmp_path, **own)
        assert "職員「kian」のアドレスを mori@sho.example にしました。" in done.stdout
        done = typed("set-staff-address", "kian", "mori@elsewhere.example", folder=tmp_path, **own)
        assert done.returncode == 2
        assert "所のアドレスと同じドメインではない" in done.stderr
        done = typed("set-staff-address", "kian", folder=tmp_path, **own)
        assert "アドレスを消しました" in done.stdout
        done = typed("set-staff-address", "nobody", folder=tmp_path, **own)
        assert "ユーザー名「nobody」の職員は登録されていません。" in done.stderr
        done = typed("set-batches", "所", "yes", "--size", "20", folder=tmp_path, **own)
        assert "BCC一括送信を認めます（一度に20件まで）" in done.stdout
        done = typed("set-batches", "所", "no", folder=tmp_path, **own)
        assert "BCC一括送信を認めません" in done.stdout
        for login, role in (("kessai", "approver"), ("kanri", "manager")):
            staff = (
                "add-staff",
                "所",
                login,
                login,
                "--role",
                role,
                "--password",
                "long enough password",
            )
            assert typed(*staff, folder=tmp_path, **own).returncode == 0
        done = typed("set-batches", "所", "yes", folder=tmp_path, **own)
        assert "認めると変わります：kessai、kanri" in done.stdout
        done = typed("erase-mailing", "1", "--reason", "x", "--yes", folder=tmp_path, **own)
        assert done.returncode == 2
        assert "番号1の案件に、消去する確定版はありません。" in done.stderr
        done = typed("add-mailbox", "無い所", "x", "y@z.example", folder=tmp_path, **own)
        assert done.returncode == 2
        assert "所「無い所」は登録されていません。" in done.stderr

    @pytest.mark.parametrize(
        ("environment", "said"),
        [
            ({}, "EVENTMAIL_SECRET_KEY"),
            ({"EVENTMAIL_SECRET_KEY": SECRET, "EVENTMAIL_PORT": "x"}, "EVENTMAIL_PORT"),
            ({"EVENTMAIL_SECRET_KEY": SECRET, "EVENTMAIL_TYPO": "x"}, "EVENTMAIL_TYPO"),
        ],
    )
    def test_a_wrong_setting_is_one_sentence_with_its_name(
        self, typed: Typed, tmp_path: Path, environment: dict[str, str], said: str
    ) -> None:
        done = typed("migrate", folder=tmp_path, **environment)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize("command", ["web", "worker", "serve"])
    def test_nothing_starts_with_its_doors_open(
        self, typed: Typed, tmp_path: Path, command: str
    ) -> None:
        own = {"EVENTMAIL_SECRET_KEY": SECRET}
        assert typed("migrate", folder=tmp_path, **own).returncode == 0
        done = typed(command, folder=tmp_path, **own)
        assert done.returncode == 2
        assert "EVENTMAIL_PUBLIC_URL" in done.stderr
        assert "見本の文字列か、推測できる文字列です" in done.stderr

    def test_nor_does_the_application_of_another_server(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("EVENTMAIL_SECRET_KEY", SECRET)
        with pytest.raises(ConfigError, match="EVENTMAIL_PUBLIC_URL"):
            app.create_app()

    def test_a_database_that_is_not_there_is_named(self, typed: Typed, tmp_path: Path) -> None:
        url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
        own = {"EVENTMAIL_SECRET_KEY": SECRET, "EVENTMAIL_DATABASE_URL": url}
        done = typed("migrate", folder=tmp_path, **own)
        assert done.returncode == 2
        assert "EVENTMAIL_DATABASE_URL" in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize("command", ["migrate", "demo"])
    def test_a_data_folder_that_cannot_be_made_is_named(
        self, typed: Typed, tmp_path: Path, port: int, command: str
    ) -> None:
        (tmp_path / "taken").write_text("a file")
        own = {"EVENTMAIL_SECRET_KEY": SECRET, "EVENTMAIL_PORT": str(port)}
        done = typed(command, folder=tmp_path, EVENTMAIL_DATA_DIR="taken/here", **own)
        assert done.returncode == 2
        assert f"{tmp_path}/taken/here" in done.stderr
        assert "EVENTMAIL_DATA_DIR" in done.stderr

    def test_settings_prints_the_table(self) -> None:
        assert "EVENTMAIL_MAIL_SERVER" in CliRunner().invoke(cli, ["settings"]).output

    @pytest.mark.parametrize("command", sorted(cli.commands))
    def test_every_command_explains_itself(self, command: str) -> None:
        result = CliRunner().invoke(cli, [command, "--help"])
        assert result.exit_code == 0
        assert "。" in result.output


def test_a_group_ends_whole_when_one_of_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eventmail.config import Mode, Settings

    settings = Settings(mode=Mode.TEST, secret_key=SECRET, data_dir=tmp_path)
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    try:
        assert processes.run_group(settings, [["settings"], ["sink"]]) == 1
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def test_user_errors_are_sentences() -> None:
    assert UserError("だめです。").message == "だめです。"
