"""Put the pictures that the journeys took into the manual: ``tools/manual_pictures.py FOLDER``.

Only those that a chapter shows, smaller and in few colours. One that a chapter shows and no
journey took ends this with its name.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from PIL import Image

from eventmail.files import MANUAL
from eventmail.manual.reading import PICTURES

WIDTH = 920  # pixels; the text is 46em wide
COLOURS = 48
_PICTURE = re.compile(r"!\[[^\]]+\]\(images/([\w-]+)\.png\)")


def shown() -> set[str]:
    """The names of all pictures that the chapters show."""
    texts = (path.read_text("utf-8") for path in MANUAL.glob("*.md"))
    return {name for text in texts for name in _PICTURE.findall(text)}


def take(source: Path, target: Path) -> None:
    """One picture, made small."""
    with Image.open(source) as picture:
        height = round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


def main(folder: str) -> None:
    """Take all of them, and drop what is shown no more."""
    names = shown()
    missing = sorted(each for each in names if not _taken(folder, each).exists())
    if missing:
        raise SystemExit(f"no journey took: {', '.join(missing)}")
    for name in names:
        take(_taken(folder, name), PICTURES / f"{name}.png")
    for path in PICTURES.glob("*.png"):
        if path.stem not in names:
            path.unlink()


def _taken(folder: str, name: str) -> Path:
    return Path(folder) / f"{name}-1280-top.png"


if __name__ == "__main__":
    main(sys.argv[1])
