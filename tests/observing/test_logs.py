"""A record goes out masked and whole, or not at all: whoever logs, and whatever breaks in it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from eventmail import cli, config, tracing
from eventmail.config import LogForm, Mode, Settings
from eventmail.database import Database
from eventmail.observing import logs
from eventmail.observing.masking import Masker
from tests.observing.lines import KEY, Lines, listening

ADDRESS = "taro@office.example"
DIGEST = f"[address {Masker(KEY).digest(ADDRESS)}]"
OURS = logging.getLogger("eventmail.of.a.test")
LIBRARY = logging.getLogger("library.of.a.test")


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    with listening(monkeypatch, logs.TextLines) as found:
        yield found


class Broken:
    """Cannot be told, and says so with an address."""

    def __str__(self) -> str:
        raise ValueError(ADDRESS)


@pytest.mark.parametrize("logger", [OURS, LIBRARY], ids=["ours", "a library's"])
class TestAnyLogger:
    def test_message_and_arguments(self, lines: Lines, logger: logging.Logger) -> None:
        logger.warning(f"of {ADDRESS}: %s", ADDRESS)
        assert [each["message"] for each in lines.records] == [f"of {DIGEST}: {DIGEST}"]

    def test_an_exception_and_what_caused_it(self, lines: Lines, logger: logging.Logger) -> None:
        try:
            try:
                raise KeyError(ADDRESS)
            except KeyError as cause:
                raise ValueError(f"no mail to {ADDRESS}") from cause
        except ValueError:
            logger.exception("it broke", stack_info=True)
        (record,) = lines.records
        assert record["exception"].count(DIGEST) == 2
        assert record["exception"].startswith("Traceback")
        assert "test_logs" in record["stack"]

    @pytest.mark.parametrize(
        ("message", "arguments"),
        [
            ("to %s and %s", (ADDRESS,)),
            ("number %d", (ADDRESS,)),
            ("none", (ADDRESS,)),
            ("it is %s", (Broken(),)),
        ],
        ids=["too few", "wrong kind", "too many", "cannot be told"],
    )
    def test_what_cannot_be_formatted_is_not_written(
        self, lines: Lines, logger: logging.Logger, message: str, arguments: tuple[object, ...]
    ) -> None:
        logger.error(message, *arguments)
        (record,) = lines.records
        assert record["message"] == logs.UNWRITABLE
        assert record["where"].startswith("test_logs:")
        assert record["why"] in ("TypeError", "ValueError")
        assert "taro" not in lines.getvalue()


def test_a_masker_that_breaks_writes_nothing_raw(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: Masker, text: str) -> str:
        if ADDRESS in text:
            raise RuntimeError(text)
        return text

    monkeypatch.setattr(Masker, "__call__", broken)
    OURS.error("of %s", ADDRESS)
    assert [each["message"] for each in lines.records] == [logs.UNWRITABLE]


def test_a_stream_that_breaks_shows_nothing_of_the_record(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    class Full:
        def write(self, text: str) -> None:
            shown.append(text)
            raise OSError("no space left")

    monkeypatch.setattr(logs.Careful, "stream", Full())
    OURS.error("of %s", ADDRESS)
    assert "taro" not in "".join(shown)
    assert "Traceback" not in "".join(shown)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_tells_no_row_of_a_table(database: Database, lines: Lines) -> None:
    row = sa.text("INSERT INTO staff (login, name, administrator) VALUES ('x', :name, NULL)")
    values = {"name": "所沢 春子"}  # up here: a trace shows the line that broke
    with pytest.raises(sa.exc.IntegrityError, match="Failing row contains") as caught:  # noqa: SIM117
        with database.writing() as session:
            session.execute(row, values)
    OURS.error("not written: %r", caught.value, exc_info=caught.value)
    (record,) = lines.records
    assert record["exception"].count("DETAIL: [hidden]\n") == 2
    assert "[SQL: INSERT INTO staff" in record["exception"]
    assert "春子" not in lines.getvalue()


def test_the_loggers_name_is_masked(lines: Lines) -> None:
    logging.getLogger(ADDRESS).error("hello")
    assert lines.records[0]["logger"] == DIGEST


def test_fields_are_masked_and_stay_what_they_are(lines: Lines) -> None:
    OURS.info("x", extra=tracing.facts(ms=1.5, ids=(1, ADDRESS), none=None, who=ADDRESS))
    (record,) = lines.records
    assert [record[each] for each in ("ms", "ids", "none", "who")] == [
        1.5,
        [1, DIGEST],
        None,
        DIGEST,
    ]


def test_nobody_can_write_a_line_of_his_own(lines: Lines) -> None:
    OURS.warning("a\n%s", '{"level": "forged"}')
    assert len(lines.records) == 1


def test_handlers_of_libraries_are_taken_away(lines: Lines) -> None:
    LIBRARY.addHandler(logging.StreamHandler())
    logs.install(logs.JsonLines(Masker(KEY)), logging.INFO)
    LIBRARY.error("of %s", ADDRESS)
    assert len(lines.records) == 1


def test_a_very_long_text_is_cut_between_words(lines: Lines) -> None:
    OURS.warning("word " * 10_000 + ADDRESS)
    assert 19_000 < len(lines.records[0]["message"]) <= logs.LONGEST


def test_the_text_form_is_masked_and_keeps_to_its_line(text: Lines) -> None:
    with tracing.about(request_id="abc", snapshot=7):
        OURS.warning("a\nof %s", ADDRESS)
        OURS.warning("of %d", ADDRESS)
    first, second = text.getvalue().splitlines()
    assert first.endswith(f"WARNING a\\nof {DIGEST} request_id=abc snapshot=7")
    assert logs.UNWRITABLE in second


class TestProcess:
    """What ``web`` and ``worker`` switch on."""

    @pytest.fixture
    def configured(self, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
        for module, name in ((sys, "excepthook"), (sys, "unraisablehook")):
            monkeypatch.setattr(module, name, getattr(module, name))
        monkeypatch.setattr(threading, "excepthook", threading.excepthook)
        logs.configure(Settings(mode=Mode.TEST, secret_key=KEY, log="json"))
        yield lines
        logging.captureWarnings(False)

    def test_what_nobody_caught_is_masked(self, configured: Lines) -> None:
        error = ValueError(ADDRESS)
        sys.excepthook(ValueError, error, None)
        (record,) = configured.records
        assert record["level"] == "critical"
        assert DIGEST in record["exception"]

    def test_what_broke_a_thread_is_masked(self, configured: Lines) -> None:
        def break_down() -> None:
            raise ValueError(ADDRESS)

        thread = threading.Thread(target=break_down)
        thread.start()
        thread.join()
        assert DIGEST in configured.records[0]["exception"]

    def test_a_warning_is_a_line(self, configured: Lines) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(False)
            logging.captureWarnings(True)
            warnings.warn(f"of {ADDRESS}", stacklevel=1)
            logging.captureWarnings(False)
        assert DIGEST in configured.records[0]["message"]

    def test_libraries_tell_of_trouble_only(self, configured: Lines) -> None:
        LIBRARY.info("chatter")
        OURS.debug("chatter")
        OURS.info("news")
        assert [each["message"] for each in configured.records] == ["news"]


@pytest.mark.parametrize(
    ("mode", "chosen", "form"),
    [
        (Mode.PRODUCTION, "", LogForm.JSON),
        (Mode.DEMO, "", LogForm.TEXT),
        (Mode.TEST, "", LogForm.TEXT),
        (Mode.DEMO, "json", LogForm.JSON),
        (Mode.PRODUCTION, "text", LogForm.TEXT),
    ],
)
def test_the_form_is_chosen_or_follows_from_the_mode(
    mode: Mode, chosen: str, form: LogForm
) -> None:
    assert replace(Settings(secret_key=KEY), mode=mode, log=chosen).log_form is form


@pytest.mark.parametrize(
    ("name", "value"),
    [("LOG", "xml"), ("METRICS_TOKEN", "short"), ("METRICS_TOKEN", "ひらがな" * 10)],
)
def test_a_wrong_setting_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(config.ConfigError, match=f"EVENTMAIL_{name}") as found:
        config.load({"EVENTMAIL_MODE": "test", f"EVENTMAIL_{name}": value})
    assert name == "LOG" or value not in str(found.value)


def test_a_command_masks_before_it_knows_its_settings(lines: Lines) -> None:
    logs.begin()
    OURS.error("of %s", ADDRESS)
    assert "taro" not in lines.getvalue()
    assert "[address " in lines.getvalue()
    assert cli.logs is logs


UNCAUGHT = """
import gc, threading
from eventmail.observing import logs
logs.begin()
class Breaks:
    def __del__(self):
        raise ValueError("where nobody is told: taro@office.example")
def break_down():
    raise ValueError("in a thread: taro@office.example")
Breaks(); gc.collect()
thread = threading.Thread(target=break_down); thread.start(); thread.join()
raise ValueError("at the end: taro@office.example")
"""


def test_what_nobody_caught_in_a_command_is_masked() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", UNCAUGHT], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    for where in ("where nobody is told", "in a thread", "at the end"):
        assert f"ValueError: {where}: [address " in ended.stderr
    assert "taro" not in ended.stderr


def test_in_a_terminal_nothing_begins_a_line_or_is_obeyed(text: Lines) -> None:
    said = "a\r\x1b[2Jb\x07\x9b\u2028c\nd"
    OURS.warning("%s", said)
    try:
        raise ValueError(said)
    except ValueError:
        OURS.exception("broken")
    written = text.getvalue()
    assert r"a\r\x1b[2Jb\x07\x9b\u2028c\nd" in written.splitlines()[0]
    assert not set("\r\x1b\x07\x9b\u2028") & set(written)
    assert "Traceback (most recent call last):\n  File" in written


def test_json_is_readable_japanese(lines: Lines) -> None:
    OURS.warning("送信を止めました。")
    assert "送信を止めました。" in lines.getvalue()
    assert json.loads(lines.getvalue())["level"] == "warning"
