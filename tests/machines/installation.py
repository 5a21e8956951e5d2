"""One installation as ``docs/operate.md`` has it: PostgreSQL, Postfix, web servers and workers.

Each machine has a settings file of its own, a data folder of its own, and shares nothing with the
others but what stands in the settings.
"""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from eventmail import processes
from eventmail.config import Settings, load
from eventmail.files import ENTRY, ROOT
from tests.faults.servers import Postgres
from tests.machines.browser import SITE, Proxy
from tests.machines.network import PROXY, Network
from tests.test_cli import Kept
from tests.wire.servers import Postfix
from tests.wire.test_tls import certificate

DATABASE, MAIL = "database", "mail"
WEBS, WORKERS = ("web1", "web2"), ("worker1", "worker2")
MACHINES = (DATABASE, MAIL, *WEBS, *WORKERS)
DATABASE_NAME = "db.office.example"
PATIENCE = 180.0  # on a machine that has other things to do
LEASE_SECONDS = 5
# How soon both ends of a connection take a silent other end for dead: the sample has half a minute.
SOON = "keepalives_idle=2&keepalives_interval=1&keepalives_count=2&tcp_user_timeout=4000"
# Whoever is on the network, over TLS and with a password; as the page about operating says.
RULES = "hostssl eventmail eventmail samenet scram-sha-256\n"
SAMPLE = ROOT / "deploy" / "eventmail.env"


@dataclass
class Installation:
    """Built by :func:`installation`."""

    net: Network
    folder: Path
    postfix: Postfix
    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    behind: int = 0  # where Postfix hands on to
    proxy: Proxy = field(default_factory=lambda: Proxy({}))

    @property
    def sink(self) -> Path:
        """The folder of what Postfix has handed on."""
        return self.folder / "received"

    @property
    def trusted(self) -> Path:
        """The relay's certificate. Over a cable a relay is at the near end's address."""
        return self.folder / f"{self.postfix.address}.pem"

    @property
    def here(self) -> Settings:
        """Those of the tests' own machine, which looks on and does what a sweep does."""
        return load(self.settings[PROXY])

    def mails(self) -> list[Kept]:
        """What Postfix has handed on, in order."""
        return [Kept(each) for each in sorted(self.sink.glob("[0-9]*.eml"))]

    def handed_over_by(self, machine: str) -> int:
        """How many mails Postfix has taken from a machine so far."""
        return self._relay_log.count(f"client=unknown[{self.net.machines[machine].address}]")

    @property
    def _relay_log(self) -> str:
        return (self.postfix.folder / "log").read_text()

    def relaying(self, slow_for: str = "") -> dict[str, object]:
        """Postfix's settings; it may think for a while before it takes a mail of one machine's."""
        slow = f"check_client_access inline:{{{{{slow_for} = sleep 5}}}}, " if slow_for else ""
        places = [self.net.machines[each].address for each in (*WEBS, *WORKERS)]
        return {
            "mynetworks": " ".join(places),
            "relayhost": f"[{self.postfix.address}]:{self.behind}",
            "smtpd_recipient_restrictions": f"{slow}permit_mynetworks, reject",
            "smtpd_tls_chain_files": self.trusted,
            "smtpd_tls_security_level": "encrypt",
            "smtpd_timeout": "30s",
        }

    def is_silent(self, machine: str) -> bool:
        """Whether all its conversations with Postfix are over."""
        end = f"connect from unknown[{self.net.machines[machine].address}]"
        return self._relay_log.count(f": {end}") == self._relay_log.count(f": dis{end}")

    def command(self, machine: str, *words: str) -> subprocess.Popen[bytes]:
        """``eventmail WORDS`` on a machine, as the service's user would run it."""
        place = self.folder / machine
        with (place / "log").open("ab") as log:
            return subprocess.Popen(
                [*self.net.machines[machine].prefix, sys.executable, str(ENTRY), *words],
                cwd=place / "lib", env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """All that a unit has beside its settings: the office's own authority is trusted."""
        return {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", "SSL_CERT_FILE": str(self.trusted)}

    def log(self, machine: str) -> str:
        """What a machine's processes have said."""
        return (self.folder / machine / "log").read_text("utf-8")

    def until(self, condition: Callable[[], bool], pause: float = 0.05) -> None:
        """Wait for it; nobody may end meanwhile."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            for name, each in self.running.items():
                assert each.poll() is None, f"{name} has ended:\n{self.log(name)[-3000:]}"
            if time.monotonic() > deadline:
                told = {each: self.log(each) for each in self.running} | {MAIL: self._relay_log}
                ends = (f"{name}: {log[-2000:]}" for name, log in told.items())
                raise TimeoutError("\n".join(("waited too long", *ends)))
            time.sleep(pause)


@contextmanager
def installation(net: Network) -> Iterator[Installation]:
    """Everything is running and empty, and its database has its tables."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="em-machines-", dir="/tmp"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)  # the servers' own users go through it
        made = _mail_machine(stack, net, folder)
        url = _database_machine(stack, net, folder)
        port = {each: net.port(8025, on=each) for each in WEBS}
        for machine in (*WEBS, *WORKERS, PROXY):
            _write_settings(made, machine, url(machine), port.get(machine, 8025))
        assert made.command(WORKERS[0], "migrate").wait(PATIENCE) == 0, made.log(WORKERS[0])
        for machine in (*WEBS, *WORKERS):
            made.running[machine] = made.command(machine, machine.rstrip("12"))
        stack.callback(_kill, list(made.running.values()))
        made.proxy = Proxy({each: net.reach(each, port[each], of=PROXY) for each in WEBS})
        made.until(lambda: all(map(_is_ready, made.proxy.webs.values())))
        yield made


def _database_machine(stack: ExitStack, net: Network, folder: Path) -> Callable[[str], str]:
    """PostgreSQL, as part 3b has it made; the URL for each machine."""
    machine, password = net.machines[DATABASE], secrets.token_urlsafe(24)
    path = certificate(folder, DATABASE_NAME)
    shutil.chown(path, "postgres", "postgres")
    path.chmod(0o600)
    port = net.port(5432, on=DATABASE)
    options = ("ssl=on", f"ssl_cert_file={path}", f"ssl_key_file={path}")
    server = stack.enter_context(
        Postgres(
            machine.address, port, [word for each in options for word in ("-c", each)],
            rules=RULES, prefix=machine.prefix,
        )
    )  # fmt: skip
    server.sql(f"CREATE ROLE eventmail LOGIN PASSWORD '{password}'")
    server.sql("CREATE DATABASE eventmail OWNER eventmail ENCODING 'UTF8' TEMPLATE template0")

    def url(whose: str) -> str:
        host, reached = net.reach(DATABASE, port, of=whose)
        tls = f"sslmode=verify-full&sslrootcert={path}"
        place = f"{DATABASE_NAME}:{reached}/eventmail?hostaddr={host}"  # as a name server says
        return f"postgresql+psycopg://eventmail:{password}@{place}&{tls}&{SOON}"

    return url


def _mail_machine(stack: ExitStack, net: Network, folder: Path) -> Installation:
    """Postfix takes mails over TLS from the office's machines alone, and hands them to a sink."""
    machine = net.machines[MAIL]
    (folder / "postfix").mkdir()
    relay = Postfix(folder / "postfix", machine.address, net.port(587, on=MAIL), machine.prefix)
    made = Installation(net, folder, relay, behind=net.port(2525, on=MAIL))
    others = {each.address for each in net.machines.values()} - {machine.address}
    certificate(folder, machine.address, *sorted(others))
    sink = ("--host", machine.address, "--port", str(made.behind), "--folder", str(made.sink))
    child = subprocess.Popen(
        [*machine.prefix, sys.executable, "-m", "eventmail.wire.sink", *sink],
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    stack.enter_context(child)
    stack.callback(processes.end, [child])
    assert child.stdout is not None
    assert child.stdout.readline(), "the sink has not begun"
    stack.enter_context(relay.running(made.relaying()))
    return made


def _write_settings(made: Installation, machine: str, url: str, port: int) -> None:
    """The sample, filled in; where part 2 puts it. One secret for all, an address for each."""
    place = made.folder / machine
    (place / "etc").mkdir(parents=True)
    (place / "lib").mkdir(mode=0o700)
    relay, relay_port = made.net.reach(MAIL, made.postfix.port, of=machine)
    filled = {
        "EVENTMAIL_SECRET_KEY": made.secret,
        "EVENTMAIL_PUBLIC_URL": SITE,
        "EVENTMAIL_TRUSTED_PROXY": made.net.machines[PROXY].address,
        "EVENTMAIL_HOST": made.net.machines[machine].address,
        "EVENTMAIL_PORT": str(port),
        "EVENTMAIL_DATA_DIR": str(place / "lib"),
        "EVENTMAIL_DATABASE_URL": url,
        "EVENTMAIL_MAIL_SERVER": relay,
        "EVENTMAIL_MAIL_PORT": str(relay_port),
        "EVENTMAIL_MAIL_LANES": "1",
        "EVENTMAIL_LEASE_SECONDS": str(LEASE_SECONDS),
    }
    made.settings[machine] = {k: v or "" for k, v in dotenv_values(SAMPLE).items()} | filled
    lines = (f"{name}={value}\n" for name, value in made.settings[machine].items())
    file = place / "etc" / "eventmail.env"
    file.write_text("".join(lines), "utf-8")
    file.chmod(0o640)
    (place / "lib" / ".env").symlink_to(file)


def _kill(running: Sequence[subprocess.Popen[bytes]]) -> None:
    for each in running:
        each.kill()
    for each in running:
        each.wait()


def _is_ready(place: tuple[str, int]) -> bool:
    """Over a cable somebody takes the connection in any case."""
    line = http.client.HTTPConnection(*place, timeout=5)
    try:
        line.request("GET", "/health/ready", headers={"Host": "localhost"})
        return line.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
