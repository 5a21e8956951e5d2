"""What each act is called on the page: one sentence each, in the order of the kinds.

A test goes through the source and demands a sentence for every act that is recorded anywhere.
"""

from __future__ import annotations

import enum


class Kind(enum.StrEnum):
    """What an act is about, for choosing among them."""

    MAILING = "mailing"
    SENDING = "sending"
    ROSTER = "roster"
    EVENT = "event"
    ANSWER = "answer"
    LETTER = "letter"
    INCIDENT = "incident"
    STAFF = "staff"
    SETTING = "setting"
    TAKEN = "taken"
    AUDIT = "audit"


KIND_NAMES = {
    Kind.MAILING: "メール案件の作成・確認・決裁",
    Kind.SENDING: "送信",
    Kind.ROSTER: "参加者名簿",
    Kind.EVENT: "イベント・資料",
    Kind.ANSWER: "参加者の回答",
    Kind.LETTER: "文面のひな形・テストメール",
    Kind.INCIDENT: "漏えい等への対応",
    Kind.STAFF: "職員・サインイン",
    Kind.SETTING: "所の設定",
    Kind.TAKEN: "書き出し・印刷・消去",
    Kind.AUDIT: "監査記録・お知らせ",
}

SENTENCES: dict[Kind, dict[str, str]] = {
    Kind.MAILING: {
        "mailing.added": "メール案件を作りました",
        "mailing.copied": "メール案件を写しました",
        "mailing.edited": "メール案件を直しました",
        "mailing.chosen": "送信先を選びました",
        "mailing.answered": "指摘に回答しました",
        "mailing.submitted": "確認を依頼しました",
        "mailing.withdrawn": "メール案件を取り下げました",
        "mailing.voided": "内容が変わったため、メール案件が下書きに戻りました",
        "mailing.counted": "送信先を数えました",
        "mailing.material_seen": "資料を最後まで見たことを確かめました",
        "mailing.letter_seen": "届くメールを確かめました",
        "mailing.answer_accepted": "指摘への回答を認めました",
        "mailing.pass_check": "確認を終え、決裁に回しました",
        "mailing.return_check": "確認者が差し戻しました",
        "mailing.approve": "決裁しました",
        "mailing.return_approval": "決裁者が差し戻しました",
        "mailing.reject": "却下しました",
        "mailing.lifted": "中身を調べられない資料を送ると決めました",
        "mailing.take_up_again": "止まった案件を引き取り、続きを作り始めました",
    },
    Kind.SENDING: {
        "dispatch.started": "送信の準備ができました",
        "delivery.bounced": "メールが届かなかったという知らせが来ました",
        "dispatch.started_early": "待ち時間を省いて送信を始めました",
        "dispatch.released": "送信控えを確かめ、残りの送信を始めました",
        "dispatch.paused": "送信を一時停止しました",
        "dispatch.resumed": "送信を再開しました",
        "dispatch.cancelled": "送信を取りやめました",
        "dispatch.expired": "期限を過ぎたため、送信を終えました",
        "dispatch.halted": "送信が安全のために止まりました",
        "dispatch.finished": "送信が終わりました",
        "dispatch.examined": "送ったメールをもう一度調べました",
        "delivery.decided": "メール1通の扱いを決めました",
        "office.stopped": "所の送信をすべて止めました",
        "office.resumed": "所の送信を再開しました",
        "relay.unblocked": "送信サーバーへの接続を再開しました",
    },
    Kind.ROSTER: {
        "contact.proposed": "参加者が、担当者・アドレスの変更を申し出ました",
        "contact.corrected": "参加者の申し出のとおり、担当者・アドレスを変えました",
        "contact.refused": "担当者・アドレスの変更の申し出を断りました",
        "address.suppressed": "アドレスへの配信を停止しました",
        "address.suppression_lifted": "本人の同意を得て、配信停止を解除しました",
        "roster.uploaded": "参加者名簿のファイルを置きました",
        "roster.mapped": "名簿の列を決めました",
        "roster.corrected": "名簿の行を直しました",
        "roster.split": "名簿の行を分けました",
        "roster.answered": "名簿の行を取り込むかどうか答えました",
        "roster.notice_confirmed": "名簿の警告を確かめました",
        "roster.confirmed": "参加者名簿の取り込みを決めました",
        "roster.imported": "参加者名簿を取り込みました",
        "roster.discarded": "参加者名簿の取り込みをやめました",
        "roster.undone": "参加者名簿の変更を元に戻しました",
        "roster.by_hand": "参加者を画面で直しました",
        "link.revoked": "参加者ページのリンクを無効にして、新しくしました",
    },
    Kind.EVENT: {
        "event.added": "イベントを作りました",
        "event.copied": "イベントを写しました",
        "event.changed": "イベントの内容を変えました",
        "material.put": "資料を置きました",
        "material.removed": "資料を外しました",
        "address.allowed": "本文に書いてよいアドレスを加えました",
        "address.disallowed": "本文に書いてよいアドレスから外しました",
    },
    Kind.ANSWER: {
        "question.added": "参加者への質問を加えました",
        "question.changed": "参加者への質問を変えました",
        "question.moved": "参加者への質問の順番を変えました",
        "question.retired": "参加者への質問をやめました",
        "answers.deadline_set": "回答の締切を変えました",
        "answer.given": "参加者が回答しました",
        "answer.taken": "電話で聞いた回答を入力しました",
        "answer.confirmed": "参加者がメールの受け取りを確認しました",
    },
    Kind.LETTER: {
        "wording.written": "文面のひな形を書きました",
        "wording.retired": "文面のひな形を選べないようにしました",
        "wording.offered": "文面のひな形をまた選べるようにしました",
        "mailing.test_mail": "テストメールを送りました",
        "mailing.test_mail_settled": "テストメールの結果が出ました",
    },
    Kind.INCIDENT: {
        "incident.opened": "漏えい等事案を登録しました",
        "incident.changed": "漏えい等事案の内容を直しました",
        "incident.mail_added": "アドレスが見えたメールを事案に登録しました",
        "incident.mail_removed": "事案に登録したメールを取り除きました",
        "incident.parties_named": "事案の対応先の名前・電話番号を登録しました",
        "incident.party_changed": "事案の対応先の名前・電話番号を直しました",
        "incident.parties_merged": "事案の対応先を1つの事業所にまとめました",
        "incident.party_split": "事案の対応先を分けました",
        "incident.person_confirmed": "個人の名前が入ったアドレスかどうかを確かめました",
        "incident.shown_told": "事案で情報が見えた事業所を選びました",
        "incident.linked": "事案をイベントとつなげました",
        "incident.closed": "漏えい等事案の対応を終えました",
        "incident.reopened": "漏えい等事案の対応を再開しました",
        "incident.erased": "保存期間を過ぎた漏えい等事案の個人情報を消去しました",
        "incident.call_reached": "対応先に電話がつながったことを記録しました",
        "incident.call_absent": "対応先に電話がつながらなかったことを記録しました",
        "incident.call_struck": "電話の記録のまちがいを取り消しました",
        "incident.followup_written": "対応先についてわかったことを保存しました",
        "incident.mail_begun": "連絡表から、事案のメールを作りました",
        "incident.calls_exported": "電話連絡表を書き出しました",
        "incident.assessed": "事案の報告の要否の判断を入力しました",
        "incident.reported": "事案の報告をしたことを記録しました",
        "incident.report_taken_back": "事案の報告の記録を取り消しました",
        "incident.chronicle_added": "事案の経過を書き加えました",
        "incident.chronicle_corrected": "事案の経過を直しました",
        "incident.chronicle_left_out": "事案の経過の一部を載せないことにしました",
        "incident.chronicle_put_back": "事案の経過の一部をまた載せることにしました",
        "incident.cause_added": "事案の原因を書きました",
        "incident.cause_dropped": "事案の原因から外しました",
        "incident.measure_added": "再発防止策を加えました",
        "incident.measure_changed": "再発防止策を変えました",
        "incident.measure_done": "再発防止策の実施を記録しました",
        "incident.measure_taken_back": "再発防止策の実施の記録を取り消しました",
        "incident.measure_dropped": "再発防止策をやめました",
        "incident.paper_notes_written": "事案の書類の記載事項を書きました",
        "incident.paper_taken": "事案の書類を取り出しました",
    },
    Kind.STAFF: {
        "staff.added": "職員を登録しました",
        "staff.signed_in": "サインインしました",
        "staff.address_set": "職員のアドレスを変えました",
        "staff.notices_set": "お知らせのメールの設定を変えました",
        "staff.sign_in_refused": "サインインを断りました",
        "staff.second_step_refused": "二段階目の確認を断りました",
        "staff.confirmation_refused": "ご本人の確認を断りました",
        "staff.password_changed": "パスワードを変えました",
        "training.assigned": "自主点検・確認テストを割り当てました",
        "training.answered": "自主点検・確認テストに答えました",
        "training.confirmed": "自主点検・確認テストの結果を確認しました",
        "training.exported": "自主点検・確認テストの一覧を書き出しました",
        "notice.sent": "局の担当者が、所の職員にお知らせ（注意喚起・指示）を送りました",
        "notice.corrected": "局の担当者が、お知らせを訂正するお知らせを送りました",
        "notice.withdrawn": "局の担当者が、お知らせを取り下げました",
        "notice.read": "労働局からのお知らせを読みました",
        "notice.exported": "労働局からのお知らせを読んだ状況を書き出しました",
        "access.refused": "権限のない操作を断りました",
        "staff.sessions_ended": "サインイン中の端末を終わらせました",
        "staff.administrator_made": "システム管理者にしました",
        "staff.overseer_made": "局の担当者にしました",
        "invitation.made": "職員を招待しました",
        "invitation.revoked": "招待を取り消しました",
        "invitation.taken_up": "招待に応じて、パスワードを決めました",
        "factor.totp_added": "認証アプリを登録しました",
        "factor.totp_removed": "認証アプリを外しました",
        "factor.passkey_added": "パスキーを登録しました",
        "factor.passkey_removed": "パスキーを外しました",
        "factor.passkey_blocked": "複製のおそれがあるパスキーを使えなくしました",
        "factor.codes_made": "予備のコードを作りました",
        "factor.code_used": "予備のコードを1つ使いました",
        "factor.reset": "職員の二段階認証を取り消しました",
        "staff.deactivated": "職員の利用を止めました",
        "staff.reactivated": "職員の利用を再開しました",
        "mailing.handed_over": "案件を引き継ぎました",
        "office.chosen": "仕事をする所を切り替えました",
        "deputy.appointed": "代理決裁者を決めました",
        "deputy.revoked": "代理決裁を取り消しました",
    },
    Kind.SETTING: {
        "office.added": "所を登録しました",
        "mailbox.added": "所のアドレスを登録しました",
        "relay.chosen": "送信サーバーを選びました",
        "relay.test_mail": "送信サーバーを確かめるメールを送りました",
        "relay.test_mail_taken": "送信サーバーを確かめるメールが受け取られました",
        "relay.test_mail_failed": "送信サーバーを確かめるメールは届きませんでした",
        "bureau.added": "労働局を登録しました",
        "bureau.renamed": "労働局の名前を変えました",
        "office.renamed": "所の名前を変えました",
        "office.batches_set": "BCC一括送信の設定を変えました",
        "office.incident_deadlines_set": "漏えい等事案の所の期限を変えました",
        "office.sending_set": "送信までの待ち時間の設定を変えました",
        "setting.proposed": "所の設定の変更を提案しました",
        "setting.confirmed": "提案された設定の変更を認めました",
        "setting.declined": "提案された設定の変更を認めませんでした",
        "setting.withdrawn": "設定の変更の提案を取り下げました",
        "setting.lapsed": "設定の変更の提案は、元の値が変わったため無効になりました",
        "setting.made_safer": "所の設定を安全な側に変えました",
    },
    Kind.TAKEN: {
        "answers.exported": "参加者の回答を書き出しました",
        "roster.exported": "参加者名簿を書き出しました",
        "deliveries.exported": "送信結果を書き出しました",
        "recipients.printed": "確認用宛先一覧を開きました",
        "snapshot.erased": "確定版の個人情報を消去しました",
        "event.erased": "保存期間を過ぎたイベントの個人情報を消去しました",
        "retention.held": "イベントの個人情報の保存を延長しました",
        "retention.released": "個人情報の保存の延長を終えました",
        "addresses.revealed": "伏せてあるアドレスを表示しました",
        "person.looked_up": "開示・消去の請求のために一人の情報を探しました",
        "person.handed_over": "本人に渡すために一人の情報を書き出しました",
        "person.erased": "本人の請求により個人情報を消去しました",
        "storage.scrubbed": "消去した内容を、記憶装置からも消しました",
    },
    Kind.AUDIT: {
        "audit.exported": "監査記録を書き出しました",
        "audit.head_rebuilt": "失われた監査記録の鎖の先頭を作り直しました",
        "alert.raised": "所への警告を出しました",
        "alert.seen_to": "警告への対応を始めました",
    },
}
_ALL = {action: text for each in SENTENCES.values() for action, text in each.items()}


def sentence(action: str) -> str:
    """The act in words; one that no table knows (of another release) by its name."""
    return _ALL.get(action, f"操作「{action}」")


def known(action: str) -> bool:
    """Whether there is a sentence for it."""
    return action in _ALL


def actions_of(kind: Kind) -> tuple[str, ...]:
    """The acts of a kind."""
    return tuple(SENTENCES[kind])


SUBJECTS = {
    "address": "アドレス",
    "alert": "警告",
    "bureau": "労働局",
    "factor": "二段階目の確認",
    "invitation": "招待",
    "audit": "監査記録",
    "answers": "参加者の回答",
    "delivery": "メール",
    "deputy": "代理決裁",
    "event": "イベント",
    "mailbox": "所のアドレス",
    "mailing": "メール案件",
    "notice": "労働局からのお知らせ",
    "office": "所",
    "relay": "送信サーバー",
    "incident": "漏えい等事案",
    "installation": "全体",
    "page": "画面",
    "person": "請求された方",
    "proposal": "設定の変更の提案",
    "retention": "イベントの保存期間",
    "roster": "参加者名簿",
    "setting_change": "設定の変更",
    "staff": "職員",
    "suppression": "配信停止",
    "training": "自主点検の割り当て",
    "wording": "文面のひな形",
}


def subject_name(subject: str) -> str:
    """``mailing:12`` as メール案件12."""
    kind, _, number = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)}{number}"
