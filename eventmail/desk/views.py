"""待っている仕事: the page in full, and the count that every page shows."""

from __future__ import annotations

from flask import Blueprint, Flask, g, render_template

from eventmail.desk import service
from eventmail.desk.tasks import Kind, Task, age, nearness
from eventmail.mailings.models import MODE_NAMES
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import actor, actor_if_any, reading, services

blueprint = Blueprint("desk", __name__)
PROGRESS, SHOW = "outbox.progress", "mailings.show"
DUE, MEASURE = "incident_record.deadlines", "incident_record.measure"
# What each kind is called: its title around the subject, the button, its look, where it leads.
WORDS = {
    Kind.INCIDENT: (
        "漏えい等事案「{}」の対応中です",
        "次にすることを見る",
        "error",
        "incidents.show",
    ),
    Kind.RELAY: ("「{}」を送るサーバーに接続できません", "送信の状況を見る", "error", PROGRESS),
    Kind.HALTED: ("「{}」が止まりました", "内容を見る", "error", SHOW),
    Kind.UNCERTAIN: (
        "「{}」に届いたかわからないメールがあります",
        "確かめて決める",
        "error",
        PROGRESS,
    ),
    Kind.BOUNCED: ("「{}」が届いていない会社があります", "会社と理由を見る", "error", PROGRESS),
    Kind.FIRST_COPY: ("「{}」の送信控えが届いています", "控えを確かめる", "warning", PROGRESS),
    Kind.APPROVE: ("「{}」が決裁待ちです", "決裁する", "info", "mailings.approve_page"),
    Kind.CHECK: ("「{}」が確認待ちです", "送信内容を確認する", "info", "mailings.check_page"),
    Kind.RETURNED: ("「{}」が戻ってきました", "内容を見る", "warning", SHOW),
    Kind.TOLD: ("「{}」についてのお知らせ", "内容を見る", "info", SHOW),
    Kind.SETTING: (
        "設定「{}」の変更が、認められるのを待っています",
        "変更の内容を確かめる",
        "info",
        "proposals.show",
    ),
    Kind.TRAINING: ("「{}」が1件あります", "答える", "info", "training.task"),
    Kind.RESULTS: (
        "「{}」の結果が届いています",
        "結果を見て確認する",
        "info",
        "training.assignment",
    ),
    Kind.OVERDUE: ("「{}」の期限を過ぎています", "答える", "warning", "training.task"),
    Kind.REPORT: ("漏えい等事案：「{}」が必要です", "期限と理由を見る", "info", DUE),
    Kind.REPORT_LATE: (
        "漏えい等事案：「{}」の期限を過ぎています",
        "期限と理由を見る",
        "error",
        DUE,
    ),
    Kind.MEASURE: ("再発防止策「{}」の担当です", "内容を見る", "info", MEASURE),
    Kind.MEASURE_LATE: (
        "再発防止策「{}」の期限を過ぎています",
        "内容を見て、実施を記録する",
        "warning",
        MEASURE,
    ),
    Kind.NOTICE: ("「{}」が届いています", "読む", "info", "notices.show"),
    Kind.UNREAD: ("「{}」を読む期限を過ぎています", "読む", "warning", "notices.show"),
    Kind.IMPORT: ("名簿「{}」の取り込みが途中です", "取り込みを続ける", "info", "roster.review"),
}
# The button of what has a number of recipients says it.
COUNTED = {
    Kind.CHECK: "{count}件の送信内容を確認する",
    Kind.APPROVE: "{count}件の送信を決裁する",
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


def attach(app: Flask) -> None:
    """Let every template say how much waits, and how it is called."""
    app.context_processor(_for_templates)
    app.add_template_filter(age, "age")
    app.add_template_filter(nearness, "nearness")


def _for_templates() -> dict[str, object]:
    if actor_if_any() is None:
        return {}
    words = {"task_words": WORDS, "mode_words": MODE_NAMES, "task_button": button_of}
    return words | {"tasks_waiting": tasks}
