"""The command that works out a mail's fingerprint from its file."""

from __future__ import annotations

from pathlib import Path

import click

from eventmail.wire import fingerprint_of_file


@click.command("fingerprint")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def fingerprint(file: Path) -> None:
    """保存したメール（.eml）の指紋を計算します。送信記録の指紋と比べてください。"""
    click.echo(fingerprint_of_file(file.read_bytes()))


def register(group: click.Group) -> None:
    """Add the command."""
    group.add_command(fingerprint)
