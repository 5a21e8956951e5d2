"""The wheel, built once, and a machine on which nothing of the checkout is known."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")


@dataclass(frozen=True)
class Installed:
    """The program in a virtual environment of its own, run from a folder elsewhere."""

    bin: Path
    folder: Path

    def environment(self, **own: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **own}

    def run(self, *command: str, **own: str) -> subprocess.CompletedProcess[str]:
        """One command to its end, with these settings."""
        return subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.folder,
            env=self.environment(**own),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def _pip(*words: str) -> None:
    done = subprocess.run([*PIP, *words], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without the network, by the backend that pyproject.toml names."""
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-index", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT))
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The libraries are those of the tests; the program itself comes from the wheel alone."""
    place = tmp_path_factory.mktemp("machine")
    venv.create(place / "venv", symlinks=True)
    python = place / "venv" / "bin" / "python"
    _pip("--python", str(python), "install", "--no-index", "--no-deps", str(wheel))
    (packages,) = (place / "venv" / "lib").glob("python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    folder = place / "elsewhere"
    folder.mkdir()
    return Installed(python.parent, folder)
