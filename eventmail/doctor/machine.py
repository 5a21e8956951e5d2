"""What this machine gives us: room on the disk, files that nobody else reads, letters on paper."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa

from eventmail.config import Settings
from eventmail.doctor.finding import Finding, broken, good, look
from eventmail.files import COMMAND
from eventmail.language import said
from eventmail.papers.pdf import written
from eventmail.papers.setting import GOTHIC, MARGIN, MINCHO, Text, Type
from eventmail.scanning.picturing import NoPicture, page_as_png

MEGABYTE = 1024 * 1024
LITTLE, TIGHT = 1024 * MEGABYTE, 200 * MEGABYTE
OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH
READ = stat.S_IROTH | stat.S_IWOTH
ROOM = said("空きがあります：{told_said}。")
LITTLE_ROOM = said("空きが少なくなっています：{told_said}。")
NO_ROOM = said("空きがほとんどありません：{told_said}。")
MAKE_ROOM = said("古いバックアップなど、いらないファイルを片付けるか、ディスクを広げてください。")
PLACE = said("{folder} に{megabytes}MB")
NO_FOLDER = said("データのフォルダー {folder} がありません。")
MAKE_FOLDER = said(
    "{command} migrate を実行するか、設定 EVENTMAIL_DATA_DIR を直してください。", command=COMMAND
)
CLOSED = said("データのフォルダーと設定のファイルを、ほかの利用者は読めません。")
OPEN = said("ほかの利用者が読めるファイルがあります：{names}。")
CLOSE = said("次を実行してください：{commands}")
NO_MODES = said("このシステムでは、ファイルの権限を点検できません。")
NO_MODES_TODO = said("データのフォルダーを、サービスの利用者だけが開けるようにしてください。")
DRAWN = said("資料のPDFの日本語を、画面に正しく表示できます。")
NOT_DRAWN = said("日本語のフォントがないため、資料の画面で文字が表示されません。")
INSTALL_FONTS = said("日本語のフォントを入れてください（例：fonts-noto-cjk）。")
LETTERS = "事業所", "決裁者"


def folders(settings: Settings) -> list[Path]:
    """Where data lies on this machine: the data's folder, and an embedded database's."""
    found = [settings.data_dir]
    file = database_file(settings)
    if file is not None and file.parent.resolve() != settings.data_dir.resolve():
        found.append(file.parent)
    return found


def database_file(settings: Settings) -> Path | None:
    """The embedded database's file; None for a server's."""
    return file_of(sa.make_url(settings.database))


def file_of(url: sa.URL) -> Path | None:
    """The same of any database."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def disk(
    settings: Settings, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
) -> Finding:
    """Whether there is room where the data and the database lie."""
    places = folders(settings)
    for each in places:
        if not each.is_dir():
            return broken(NO_FOLDER.format(folder=each), MAKE_FOLDER)
    rooms = {each: free(each) for each in places}
    told = said("、").join(
        PLACE.format(folder=each, megabytes=f"{room // MEGABYTE:,}") for each, room in rooms.items()
    )
    least = min(rooms.values())
    if least < TIGHT:
        return broken(NO_ROOM.format(told_said=told), MAKE_ROOM)
    if least < LITTLE:
        return look(LITTLE_ROOM.format(told_said=told), MAKE_ROOM)
    return good(ROOM.format(told_said=told))


def files(settings: Settings, dotenv: Path = Path(".env")) -> Finding:
    """Whether nobody else on this machine can read the data or the settings."""
    if not hasattr(stat, "S_IROTH") or Path("/").drive:
        return look(NO_MODES, NO_MODES_TODO)
    open_ones = [(path, mode) for path, mode in _private(settings, dotenv) if _is_open(path)]
    if not open_ones:
        return good(CLOSED)
    commands = " && ".join(f"chmod {mode} {path}" for path, mode in open_ones)
    names = said("、").join(str(path) for path, _ in open_ones)
    return broken(OPEN.format(names=names), CLOSE.format(commands=commands))


def _private(settings: Settings, dotenv: Path) -> list[tuple[Path, str]]:
    """What must be closed, and the mode that it should have. A closed folder closes its files."""
    found = [(settings.data_dir, "700"), (dotenv, "600")]
    file = database_file(settings)
    if file is not None and settings.data_dir.resolve() not in file.resolve().parents:
        found.append((file, "600"))
    return found


def _is_open(path: Path) -> bool:
    if not path.exists():
        return False
    return bool(path.stat().st_mode & (OTHERS if path.is_dir() else READ))


def fonts(painted: Callable[[bytes, int], bytes] = page_as_png) -> Finding:
    """Whether Japanese letters of our own papers can be seen: two words are two pictures."""
    try:
        pictures = {
            (face, word): painted(_paper(face, word), 1)
            for face in (MINCHO, GOTHIC)
            for word in LETTERS
        }
    except NoPicture:
        return broken(NOT_DRAWN, INSTALL_FONTS)
    same = any(len({pictures[face, word] for word in LETTERS}) == 1 for face in (MINCHO, GOTHIC))
    return broken(NOT_DRAWN, INSTALL_FONTS) if same else good(DRAWN)


def _paper(face: str, word: str) -> bytes:
    marks: Sequence[Text] = [Text(MARGIN, 100.0, Type(face, 24), word)]
    with written([list(marks)], "", lambda number: "", (200.0, 200.0)) as file:
        return file.read()
