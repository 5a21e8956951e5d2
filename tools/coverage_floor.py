"""Prints how far the rooms that carry the promise are covered, and holds them to their floor.

Their own tests are measured (``tests/measuring.py``).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

FLOOR = 95.0
HELD = ("addresses.py", "roster/", "spreadsheet/", "mailings/", "outbox/", "wire/")


def percent(files: dict[str, dict[str, dict[str, float]]], prefix: str) -> float:
    """Covered lines and branches of all files below a prefix, in percent."""
    parts = [f["summary"] for name, f in files.items() if name.startswith(prefix)]
    covered = sum(p["covered_lines"] + p["covered_branches"] for p in parts)
    whole = sum(p["num_statements"] + p["num_branches"] for p in parts)
    return 100.0 * covered / whole if whole else 0.0


def main() -> None:
    """Print, and end with an error where a room is below its floor."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run(
            [sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)], check=True
        )
        files = json.loads(report.read_text())["files"]
    low = []
    for held in HELD:
        reached = percent(files, f"eventmail/{held}")
        print(f"coverage {reached:6.2f} %  eventmail/{held}")
        if reached < FLOOR:
            low.append(held)
    if low:
        subprocess.run([sys.executable, "-m", "coverage", "report"], check=False)
        sys.exit(f"below {FLOOR} %: {', '.join(low)}")


if __name__ == "__main__":
    main()
