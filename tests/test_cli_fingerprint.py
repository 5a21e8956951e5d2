"""Whoever has a mail's file can compare it with the record."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from eventmail.cli import cli
from eventmail.wire import fingerprint_of
from tests.wire.samples import mail, material


def test_the_fingerprint_of_a_saved_mail(tmp_path: Path) -> None:
    leaflet = material("会場図")
    composed = mail(materials=(leaflet,))
    (tmp_path / "mail-1.eml").write_bytes(composed.content)
    done = CliRunner().invoke(cli, ["fingerprint", str(tmp_path / "mail-1.eml")])
    assert done.output.strip() == fingerprint_of(composed.pieces, [leaflet.part])
