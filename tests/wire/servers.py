"""Real mail servers: a Postfix and an Exim of the test run's own, with everything in one folder.

Both take mails on a port of this machine, refuse one recipient and what is too big, offer STARTTLS,
and hand what they took to ``NextHop``. They must be started by root, as they expect to be.
"""

from __future__ import annotations

import os
import queue
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session  # noqa: TID251

from eventmail.wire.sink import Received, Sink
from tests.recorder import allow_port
from tests.wire.samples import MIDORI
from tests.wire.test_tls import certificate

REFUSED = str(MIDORI)
LARGEST = 400_000
POSTFIX = Path("/usr/sbin/postfix")
EXIM = Path("/opt/exim4-for-tests/usr/sbin/exim4")


@dataclass(slots=True)
class NextHop(Sink):
    """Where the servers hand on what they took; ``arrived`` waits for it."""

    coming: queue.Queue[Received] = field(default_factory=queue.Queue)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await Sink.handle_DATA(self, server, session, envelope)
        self.coming.put(self.received[-1])
        return answer

    def arrived(self, number: int) -> list[Received]:
        """The next mails, as soon as they are here."""
        return [self.coming.get(timeout=10) for _ in range(number)]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and where its mails go to."""

    port: int
    next_hop: NextHop
    certificate: Path
    folder: Path


@contextmanager
def _place() -> Iterator[tuple[Path, int, NextHop]]:
    """A folder that the server's own users may enter, a free port, and the next hop."""
    if os.geteuid() != 0:
        raise RuntimeError("a real mail server is started by root: run the tests as root")
    folder = Path(tempfile.mkdtemp(prefix="em-mta-", dir="/tmp"))
    folder.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    allow_port(port)
    try:
        with NextHop() as next_hop:
            yield folder, port, next_hop
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Postfix:
    """One with a configuration, a queue and a log of its own, all in a folder.

    ``prefix``: what to put before its command, to have it run on a machine of its own.
    """

    folder: Path
    address: str
    port: int
    prefix: tuple[str, ...] = ()

    @contextmanager
    def running(
        self, main: Mapping[str, object], option: str = "", services: str = ""
    ) -> Iterator[None]:
        """With more for ``main.cf``, more for smtpd, more services."""
        for name, owner in (("data", "postfix"), ("queue", None), ("config", None)):
            (self.folder / name).mkdir()
            shutil.chown(self.folder / name, owner or os.geteuid())
        self.configure(main)
        listening = f"{self.address}:{self.port} inet n - n - - smtpd {option}"
        (self.folder / "config" / "master.cf").write_text(listening + _MASTER + services)
        self._do("start")
        try:
            yield
        finally:
            self._do("stop")

    def configure(self, main: Mapping[str, object]) -> None:
        """Write ``main.cf``."""
        # It knows no address of loopback but the first, though it may listen at any.
        known = "127.0.0.1" if self.address.startswith("127.") else self.address
        usual = {
            "compatibility_level": "3.6",
            "queue_directory": self.folder / "queue",
            "data_directory": self.folder / "data",
            "maillog_file": self.folder / "log",
            "maillog_file_prefixes": "/tmp",
            "myhostname": "postfix.example",
            "mydestination": "",
            "inet_interfaces": known,
            "inet_protocols": "ipv4",
            "smtpd_peername_lookup": "no",
            "smtp_host_lookup": "native",
        }
        lines = (f"{name} = {value}\n" for name, value in {**usual, **main}.items())
        (self.folder / "config" / "main.cf").write_text("".join(lines))

    def reload(self) -> None:
        """Have it read what was written since it started."""
        self._do("reload")

    def _do(self, deed: str) -> None:
        command = (*self.prefix, str(POSTFIX), "-c", str(self.folder / "config"), deed)
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL, timeout=60)


@contextmanager
def postfix(option: str = "", services: str = "") -> Iterator[Server]:
    """Postfix on this machine; more for smtpd, more services."""
    with _place() as (folder, port, next_hop):
        path = certificate(folder, "127.0.0.1")
        main = {
            "mynetworks": "127.0.0.0/8",
            "relayhost": f"[127.0.0.1]:{next_hop.port}",
            "message_size_limit": LARGEST,
            "smtpd_recipient_restrictions": (
                f"check_recipient_access inline:{{{{{REFUSED} = 550 5.1.1 no such user}}}},"
                " permit_mynetworks, reject"
            ),
            "smtpd_tls_chain_files": path,
            "smtpd_tls_security_level": "may",
            "smtpd_tls_received_header": "yes",
        }
        with Postfix(folder, "127.0.0.1", port).running(main, option, services):
            yield Server(port, next_hop, path, folder)


# service, type, private, unprivileged, chroot, wake up, processes, command
_MASTER = """
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def exim() -> Iterator[Server]:
    """Exim in the foreground, with a configuration and a spool of its own."""
    with _place() as (folder, port, next_hop), ExitStack() as cleanup:
        path = certificate(folder, "127.0.0.1")
        path.chmod(0o644)
        for name in ("spool", "log"):
            (folder / name).mkdir()
            shutil.chown(folder / name, "Debian-exim", "Debian-exim")
        given = {"FOLDER": folder, "NEXT": next_hop.port, "CERTIFICATE": path}
        given |= {"EXIM": EXIM, "LARGEST": LARGEST, "REFUSED": REFUSED}
        text = _EXIM
        for name, value in given.items():
            text = text.replace(name, str(value))
        config = folder / "exim.conf"
        config.write_text(text)
        config.chmod(0o644)
        # Exim takes over a socket that listens already, so nobody has to wait for its start.
        listening = cleanup.enter_context(socket.create_server(("127.0.0.1", port)))
        command = [str(EXIM), "-C", str(config), "-bw"]
        running = subprocess.Popen(command, stdin=listening, stderr=subprocess.DEVNULL)
        cleanup.callback(running.wait)
        cleanup.callback(running.terminate)
        yield Server(port, next_hop, path, folder)


# The users who may sign in are there to try each way of signing in.
_EXIM = """
primary_hostname = exim.example
spool_directory = FOLDER/spool
log_file_path = FOLDER/log/%slog
pid_file_path = FOLDER/pid
keep_environment =
exim_path = EXIM
deliver_drop_privilege
smtp_accept_queue_per_connection = 0
local_interfaces = 127.0.0.1
host_lookup =
rfc1413_query_timeout = 0s
message_size_limit = LARGEST
tls_advertise_hosts = *
tls_certificate = CERTIFICATE
tls_privatekey = CERTIFICATE
pipelining_advertise_hosts = *
bounce_return_body = false
queue_run_in_order
acl_smtp_rcpt = recipients
acl_smtp_data = accept

begin acl
recipients:
  deny
    recipients = REFUSED
    message = 5.1.1 no such user
  accept

begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1
  transport = next_hop
  self = send

begin transports
next_hop:
  driver = smtp
  port = NEXT
  hosts_try_chunking =
  hosts_try_prdr =
  hosts_avoid_tls = *
  allow_localhost

begin retry
* * F,1h,1s

begin authenticators
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = correct horse
  server_set_id = $auth1
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{office}}{eq{$auth3}{correct horse}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = User : Password
  server_condition = ${if and{{eq{$auth1}{office}}{eq{$auth2}{correct horse}}}}
  server_set_id = $auth1
"""


SERVERS: dict[str, Callable[[], object]] = {"postfix": postfix, "exim": exim}
