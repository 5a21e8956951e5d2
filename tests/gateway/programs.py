"""The real gateways of the test run, asked about one mail without starting any of them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.wire.servers import EXIM

POSTMAP = "/usr/sbin/postmap"
RSPAMD = Path("/opt/rspamd-for-tests")
EXIM_CONFIG = """
primary_hostname = exim.example
keep_environment =
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
hostlist relay_from_hosts = 192.0.2.0/24
acl_smtp_rcpt = accept
acl_smtp_data = data
host_lookup =
rfc1413_query_timeout = 0s

begin acl
data:
{rule}
  accept

begin routers
all:
  driver = accept
  transport = none

begin transports
none:
  driver = appendfile
  file = /dev/null
"""
# Captures what the rule registers, and runs it on a mail that rspamd itself has parsed. Only the
# answer is caught: outside of the daemon there is nobody to give it to.
HARNESS = """
local rspamd_task = require "rspamd_task"
local registered
rspamd_config = { register_symbol = function(_, symbol) registered = symbol end }
dofile(arg[1])
local function caught(task, answer)
  return setmetatable({ set_pre_result = function(_, ...) answer.given = { ... } end }, {
    __index = function(_, name)
      return function(_, ...) return task[name](task, ...) end
    end,
  })
end
for at = 3, #arg do
  local file = io.open(arg[at])
  local ok, task = rspamd_task.load_from_string(file:read("*a"))
  file:close()
  task:process_message()
  if arg[2] ~= "" then task:set_user(arg[2]) end
  local answer = { given = { "pass", "" } }
  registered.callback(caught(task, answer))
  print("ANSWER", answer.given[1], answer.given[2])
end
"""


def postfix_says(table: Path, raw: bytes, warns: str = "") -> str:
    """What Postfix's own reader of headers finds in the table for this mail; empty for nothing.

    It warns of nothing but what is named.
    """
    found = subprocess.run(
        [POSTMAP, "-h", "-q", "-", f"pcre:{table}"],
        input=raw.replace(b"\r\n", b"\n"),
        capture_output=True,
        timeout=60,
    )
    said = found.stderr.decode()
    assert warns in said if warns else not said, said
    return found.stdout.decode("ascii", "replace")


@contextmanager
def exim_with(rule: bytes) -> Iterator[Path]:
    """A configuration of Exim with the rule, in a folder that Exim's own user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="em-acl-", dir="/tmp"))
    folder.chmod(0o755)
    for name in ("spool", "log"):
        (folder / name).mkdir()
        shutil.chown(folder / name, "Debian-exim", "Debian-exim")
    config = folder / "exim.conf"
    config.write_text(EXIM_CONFIG.format(folder=folder, rule=rule.decode()))
    config.chmod(0o644)
    try:
        yield config
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def exim_says(config: Path, raw: bytes, client: str = "192.0.2.7") -> str:
    """Exim's answer to this mail's last dot, from a client in the office's network."""
    lines = [each.rstrip(b"\r") for each in raw.split(b"\n")]
    dotted = [b"." + each if each.startswith(b".") else each for each in lines]
    commands = [b"EHLO pc.example", b"MAIL FROM:<a@himesato.example.jp>", b"RCPT TO:<me@a.example>"]
    spoken = b"\r\n".join([*commands, b"DATA", *dotted, b".", b"QUIT", b""])
    found = subprocess.run(
        [str(EXIM), "-C", str(config), "-bh", client],
        input=spoken,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=60,
    )
    answers = found.stdout.decode("ascii", "replace").replace("\r", "")
    _, _, last = answers.partition("354 Enter message")
    return last.partition("\n")[2]


def rspamd_says(rule: Path, mails: list[bytes], folder: Path, user: str = "staff") -> list[str]:
    """For each mail the action that the rule sets, and its message; of somebody signed in."""
    harness = folder / "harness.lua"
    harness.write_text(HARNESS)
    paths = [folder / f"{number}.eml" for number in range(len(mails))]
    for path, raw in zip(paths, mails, strict=True):
        path.write_bytes(raw)
    lines = _lua(harness, [str(rule), user, *map(str, paths)]).splitlines()
    return [each.removeprefix("ANSWER\t") for each in lines if each.startswith("ANSWER\t")]


def lua_reads(literals: list[str], folder: Path) -> list[str]:
    """What each literal is to Lua."""
    script = folder / "literals.lua"
    lines = [f"print({literal})" for literal in literals]
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return _lua(script, []).split("\n")[: len(literals)]


def _lua(script: Path, arguments: list[str]) -> str:
    library = RSPAMD / "usr/lib"
    found = subprocess.run(
        [
            *(
                str(RSPAMD / "usr/bin/rspamadm"),
                f"--var=LUALIBDIR={RSPAMD}/usr/share/rspamd/lualib",
            ),
            *("lua", "-b", "-s", str(script)),
            *(part for each in arguments for part in ("-a", each)),
        ],
        env={"LD_LIBRARY_PATH": f"{library}/rspamd:{library}/x86_64-linux-gnu"},
        capture_output=True,
        timeout=60,
    )
    return found.stdout.decode()
