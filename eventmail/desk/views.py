"""待っている仕事: the page in full, and the count that every page shows."""

from __future__ import annotations

from flask import Blueprint, Flask, g, render_template

from eventmail.desk import service
from eventmail.desk.tasks import Kind, Task, age, nearness
from eventmail.language import said
from eventmail.mailings.models import MODE_NAMES
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import actor, actor_if_any, reading, services

blueprint = Blueprint("desk", __name__)
PROGRESS, SHOW = "outbox.progress", "mailings.show"
DUE, MEASURE = "incident_record.deadlines", "incident_record.measure"
# What each kind is called: its title around the subject, the button, its look, where it leads.
WORDS = {
    Kind.INCIDENT: (
        said("漏えい等事案「{subject}」の対応中です"),
        said("次にすることを見る"),
        "error",
        "incidents.show",
    ),
    Kind.RELAY: (
        said("「{subject}」を送るサーバーに接続できません"),
        said("送信の状況を見る"),
        "error",
        PROGRESS,
    ),
    Kind.HALTED: (said("「{subject}」が止まりました"), said("内容を見る"), "error", SHOW),
    Kind.UNCERTAIN: (
        said("「{subject}」に届いたかわからないメールがあります"),
        said("確かめて決める"),
        "error",
        PROGRESS,
    ),
    Kind.BOUNCED: (
        said("「{subject}」が届いていない会社があります"),
        said("会社と理由を見る"),
        "error",
        PROGRESS,
    ),
    Kind.FIRST_COPY: (
        said("「{subject}」の送信控えが届いています"),
        said("控えを確かめる"),
        "warning",
        PROGRESS,
    ),
    Kind.APPROVE: (
        said("「{subject}」が決裁待ちです"),
        said("決裁する"),
        "info",
        "mailings.approve_page",
    ),
    Kind.CHECK: (
        said("「{subject}」が確認待ちです"),
        said("送信内容を確認する"),
        "info",
        "mailings.check_page",
    ),
    Kind.RETURNED: (said("「{subject}」が戻ってきました"), said("内容を見る"), "warning", SHOW),
    Kind.TOLD: (said("「{subject}」についてのお知らせ"), said("内容を見る"), "info", SHOW),
    Kind.SETTING: (
        said("設定「{subject}」の変更が、認められるのを待っています"),
        said("変更の内容を確かめる"),
        "info",
        "proposals.show",
    ),
    Kind.TRAINING: (said("「{subject}」が1件あります"), said("答える"), "info", "training.task"),
    Kind.RESULTS: (
        said("「{subject}」の結果が届いています"),
        said("結果を見て確認する"),
        "info",
        "training.assignment",
    ),
    Kind.OVERDUE: (
        said("「{subject}」の期限を過ぎています"),
        said("答える"),
        "warning",
        "training.task",
    ),
    Kind.REPORT: (
        said("漏えい等事案：「{subject}」が必要です"),
        said("期限と理由を見る"),
        "info",
        DUE,
    ),
    Kind.REPORT_LATE: (
        said("漏えい等事案：「{subject}」の期限を過ぎています"),
        said("期限と理由を見る"),
        "error",
        DUE,
    ),
    Kind.MEASURE: (said("再発防止策「{subject}」の担当です"), said("内容を見る"), "info", MEASURE),
    Kind.MEASURE_LATE: (
        said("再発防止策「{subject}」の期限を過ぎています"),
        said("内容を見て、実施を記録する"),
        "warning",
        MEASURE,
    ),
    Kind.NOTICE: (said("「{subject}」が届いています"), said("読む"), "info", "notices.show"),
    Kind.UNREAD: (
        said("「{subject}」を読む期限を過ぎています"),
        said("読む"),
        "warning",
        "notices.show",
    ),
    Kind.IMPORT: (
        said("名簿「{subject}」の取り込みが途中です"),
        said("取り込みを続ける"),
        "info",
        "roster.review",
    ),
}
# The button of what has a number of recipients says it.
COUNTED = {
    Kind.CHECK: said("{count}件の送信内容を確認する"),
    Kind.APPROVE: said("{count}件の送信を決裁する"),
}


def button_of(task: Task) -> str:
    """What the button of a task says: what one does, and with how many."""
    counted = COUNTED.get(task.kind) if task.count else None
    return counted.format(count=task.count) if counted else WORDS[task.kind][1]


@blueprint.get("/tasks")
@permitted(Action.SEE)
def index() -> str:
    """All that waits for me."""
    return render_template("desk/index.html", tasks=tasks())


def tasks() -> list[Task]:
    """What waits for whoever is signed in, looked up once for a page."""
    if "tasks" not in g:
        g.tasks = service.waiting(reading(), actor(), services().outbox.blocked)
    found: list[Task] = g.tasks
    return found


def how_many() -> int:
    """How much of it there is to do. A page that shows it has looked it up; any other counts."""
    if "tasks" in g:
        return sum(each.waits for each in tasks())
    return service.count(reading(), actor(), services().outbox.blocked)


def attach(app: Flask) -> None:
    """Let every template say how much waits, and how it is called."""
    app.context_processor(_for_templates)
    app.add_template_filter(age, "age")
    app.add_template_filter(nearness, "nearness")


def _for_templates() -> dict[str, object]:
    if actor_if_any() is None:
        return {}
    words = {"task_words": WORDS, "mode_words": MODE_NAMES, "task_button": button_of}
    return words | {"tasks_waiting": how_many}
