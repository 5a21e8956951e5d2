"""How old the newest backup is that we know of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from eventmail import clock
from eventmail.config import Settings
from eventmail.doctor.finding import Finding, broken, good, look
from eventmail.files import COMMAND
from eventmail.language import said
from eventmail.last_backup import Kept, last_backup

NONE = said("バックアップを取った記録がありません。")
TAKE = said("バックアップを、毎日自動で取ってください（{command} backup）。", command=COMMAND)
FRESH = said("最後のバックアップは{hours}時間前です。")
OLD = said("最後のバックアップから{days}日たっています。")
BAD = said("最後のバックアップに問題があります：{told}")
ANEW = said("原因を直して、バックアップを取り直してください。")
DAILY, LONG_AGO = timedelta(hours=30), timedelta(days=7)


LastBackup = Callable[[Settings], Kept | None]


def backup(settings: Settings, last: LastBackup = last_backup) -> Finding:
    """Whether there is one of the last day, and a good one."""
    kept = last(settings)
    if kept is None:
        return look(NONE, TAKE)
    if not kept.is_good:
        return broken(BAD.format(told=kept.told), ANEW)
    age = clock.now() - kept.at
    if age > DAILY:
        make = broken if age > LONG_AGO else look
        return make(OLD.format(days=age.days), TAKE)
    return good(FRESH.format(hours=int(age.total_seconds() // 3600)))
