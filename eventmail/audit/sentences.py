"""What each act is called on the page: one sentence each, in the order of the kinds.

A test goes through the source and demands a sentence for every act that is recorded anywhere.
"""

from __future__ import annotations

import enum

from eventmail.language import listed, said


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
    Kind.MAILING: said("メール案件の作成・確認・決裁"),
    Kind.SENDING: said("送信"),
    Kind.ROSTER: said("参加者名簿"),
    Kind.EVENT: said("イベント・資料"),
    Kind.ANSWER: said("参加者の回答"),
    Kind.LETTER: said("文面のひな形・テストメール"),
    Kind.INCIDENT: said("漏えい等への対応"),
    Kind.STAFF: said("職員・サインイン"),
    Kind.SETTING: said("所の設定"),
    Kind.TAKEN: said("書き出し・印刷・消去"),
    Kind.AUDIT: said("監査記録・お知らせ"),
}

SENTENCES: dict[Kind, dict[str, str]] = {
    Kind.MAILING: {
        "mailing.added": said("メール案件を作りました"),
        "mailing.copied": said("メール案件を写しました"),
        "mailing.edited": said("メール案件を直しました"),
        "mailing.chosen": said("送信先を選びました"),
        "mailing.answered": said("指摘に回答しました"),
        "mailing.submitted": said("確認を依頼しました"),
        "mailing.withdrawn": said("メール案件を取り下げました"),
        "mailing.voided": said("内容が変わったため、メール案件が下書きに戻りました"),
        "mailing.counted": said("送信先を数えました"),
        "mailing.material_seen": said("資料を最後まで見たことを確かめました"),
        "mailing.letter_seen": said("届くメールを確かめました"),
        "mailing.answer_accepted": said("指摘への回答を認めました"),
        "mailing.pass_check": said("確認を終え、決裁に回しました"),
        "mailing.return_check": said("確認者が差し戻しました"),
        "mailing.approve": said("決裁しました"),
        "mailing.return_approval": said("決裁者が差し戻しました"),
        "mailing.reject": said("却下しました"),
        "mailing.lifted": said("中身を調べられない資料を送ると決めました"),
        "mailing.take_up_again": said("止まった案件を引き取り、続きを作り始めました"),
    },
    Kind.SENDING: {
        "dispatch.started": said("送信の準備ができました"),
        "delivery.bounced": said("メールが届かなかったという知らせが来ました"),
        "dispatch.started_early": said("待ち時間を省いて送信を始めました"),
        "dispatch.released": said("送信控えを確かめ、残りの送信を始めました"),
        "dispatch.paused": said("送信を一時停止しました"),
        "dispatch.resumed": said("送信を再開しました"),
        "dispatch.cancelled": said("送信を取りやめました"),
        "dispatch.expired": said("期限を過ぎたため、送信を終えました"),
        "dispatch.halted": said("送信が安全のために止まりました"),
        "dispatch.finished": said("送信が終わりました"),
        "dispatch.examined": said("送ったメールをもう一度調べました"),
        "delivery.decided": said("メール1通の扱いを決めました"),
        "office.stopped": said("所の送信をすべて止めました"),
        "office.resumed": said("所の送信を再開しました"),
        "relay.unblocked": said("送信サーバーへの接続を再開しました"),
    },
    Kind.ROSTER: {
        "contact.proposed": said("参加者が、担当者・アドレスの変更を申し出ました"),
        "contact.corrected": said("参加者の申し出のとおり、担当者・アドレスを変えました"),
        "contact.refused": said("担当者・アドレスの変更の申し出を断りました"),
        "address.suppressed": said("アドレスへの配信を停止しました"),
        "address.suppression_lifted": said("本人の同意を得て、配信停止を解除しました"),
        "roster.uploaded": said("参加者名簿のファイルを置きました"),
        "roster.mapped": said("名簿の列を決めました"),
        "roster.corrected": said("名簿の行を直しました"),
        "roster.split": said("名簿の行を分けました"),
        "roster.answered": said("名簿の行を取り込むかどうか答えました"),
        "roster.notice_confirmed": said("名簿の警告を確かめました"),
        "roster.confirmed": said("参加者名簿の取り込みを決めました"),
        "roster.imported": said("参加者名簿を取り込みました"),
        "roster.discarded": said("参加者名簿の取り込みをやめました"),
        "roster.undone": said("参加者名簿の変更を元に戻しました"),
        "roster.by_hand": said("参加者を画面で直しました"),
        "link.revoked": said("参加者ページのリンクを無効にして、新しくしました"),
    },
    Kind.EVENT: {
        "event.added": said("イベントを作りました"),
        "event.copied": said("イベントを写しました"),
        "event.changed": said("イベントの内容を変えました"),
        "material.put": said("資料を置きました"),
        "material.removed": said("資料を外しました"),
        "address.allowed": said("本文に書いてよいアドレスを加えました"),
        "address.disallowed": said("本文に書いてよいアドレスから外しました"),
    },
    Kind.ANSWER: {
        "question.added": said("参加者への質問を加えました"),
        "question.changed": said("参加者への質問を変えました"),
        "question.moved": said("参加者への質問の順番を変えました"),
        "question.retired": said("参加者への質問をやめました"),
        "answers.deadline_set": said("回答の締切を変えました"),
        "answer.given": said("参加者が回答しました"),
        "answer.taken": said("電話で聞いた回答を入力しました"),
        "answer.confirmed": said("参加者がメールの受け取りを確認しました"),
    },
    Kind.LETTER: {
        "wording.written": said("文面のひな形を書きました"),
        "wording.retired": said("文面のひな形を選べないようにしました"),
        "wording.offered": said("文面のひな形をまた選べるようにしました"),
        "mailing.test_mail": said("テストメールを送りました"),
        "mailing.test_mail_settled": said("テストメールの結果が出ました"),
    },
    Kind.INCIDENT: {
        "incident.opened": said("漏えい等事案を登録しました"),
        "incident.changed": said("漏えい等事案の内容を直しました"),
        "incident.mail_added": said("アドレスが見えたメールを事案に登録しました"),
        "incident.mail_removed": said("事案に登録したメールを取り除きました"),
        "incident.parties_named": said("事案の対応先の名前・電話番号を登録しました"),
        "incident.party_changed": said("事案の対応先の名前・電話番号を直しました"),
        "incident.parties_merged": said("事案の対応先を1つの事業所にまとめました"),
        "incident.party_split": said("事案の対応先を分けました"),
        "incident.person_confirmed": said("個人の名前が入ったアドレスかどうかを確かめました"),
        "incident.shown_told": said("事案で情報が見えた事業所を選びました"),
        "incident.linked": said("事案をイベントとつなげました"),
        "incident.closed": said("漏えい等事案の対応を終えました"),
        "incident.reopened": said("漏えい等事案の対応を再開しました"),
        "incident.erased": said("保存期間を過ぎた漏えい等事案の個人情報を消去しました"),
        "incident.call_reached": said("対応先に電話がつながったことを記録しました"),
        "incident.call_absent": said("対応先に電話がつながらなかったことを記録しました"),
        "incident.call_struck": said("電話の記録のまちがいを取り消しました"),
        "incident.followup_written": said("対応先についてわかったことを保存しました"),
        "incident.mail_begun": said("連絡表から、事案のメールを作りました"),
        "incident.calls_exported": said("電話連絡表を書き出しました"),
        "incident.assessed": said("事案の報告の要否の判断を入力しました"),
        "incident.reported": said("事案の報告をしたことを記録しました"),
        "incident.report_taken_back": said("事案の報告の記録を取り消しました"),
        "incident.chronicle_added": said("事案の経過を書き加えました"),
        "incident.chronicle_corrected": said("事案の経過を直しました"),
        "incident.chronicle_left_out": said("事案の経過の一部を載せないことにしました"),
        "incident.chronicle_put_back": said("事案の経過の一部をまた載せることにしました"),
        "incident.cause_added": said("事案の原因を書きました"),
        "incident.cause_dropped": said("事案の原因から外しました"),
        "incident.measure_added": said("再発防止策を加えました"),
        "incident.measure_changed": said("再発防止策を変えました"),
        "incident.measure_done": said("再発防止策の実施を記録しました"),
        "incident.measure_taken_back": said("再発防止策の実施の記録を取り消しました"),
        "incident.measure_dropped": said("再発防止策をやめました"),
        "incident.paper_notes_written": said("事案の書類の記載事項を書きました"),
        "incident.paper_taken": said("事案の書類を取り出しました"),
    },
    Kind.STAFF: {
        "staff.added": said("職員を登録しました"),
        "staff.signed_in": said("サインインしました"),
        "staff.address_set": said("職員のアドレスを変えました"),
        "staff.notices_set": said("お知らせのメールの設定を変えました"),
        "staff.sign_in_refused": said("サインインを断りました"),
        "staff.second_step_refused": said("二段階目の確認を断りました"),
        "staff.confirmation_refused": said("ご本人の確認を断りました"),
        "staff.password_changed": said("パスワードを変えました"),
        "training.assigned": said("自主点検・確認テストを割り当てました"),
        "training.answered": said("自主点検・確認テストに答えました"),
        "training.confirmed": said("自主点検・確認テストの結果を確認しました"),
        "training.exported": said("自主点検・確認テストの一覧を書き出しました"),
        "notice.sent": said("局の担当者が、所の職員にお知らせ（注意喚起・指示）を送りました"),
        "notice.corrected": said("局の担当者が、お知らせを訂正するお知らせを送りました"),
        "notice.withdrawn": said("局の担当者が、お知らせを取り下げました"),
        "notice.read": said("労働局からのお知らせを読みました"),
        "notice.exported": said("労働局からのお知らせを読んだ状況を書き出しました"),
        "access.refused": said("権限のない操作を断りました"),
        "staff.sessions_ended": said("サインイン中の端末を終わらせました"),
        "staff.administrator_made": said("システム管理者にしました"),
        "staff.overseer_made": said("局の担当者にしました"),
        "invitation.made": said("職員を招待しました"),
        "invitation.revoked": said("招待を取り消しました"),
        "invitation.taken_up": said("招待に応じて、パスワードを決めました"),
        "factor.totp_added": said("認証アプリを登録しました"),
        "factor.totp_removed": said("認証アプリを外しました"),
        "factor.passkey_added": said("パスキーを登録しました"),
        "factor.passkey_removed": said("パスキーを外しました"),
        "factor.passkey_blocked": said("複製のおそれがあるパスキーを使えなくしました"),
        "factor.codes_made": said("予備のコードを作りました"),
        "factor.code_used": said("予備のコードを1つ使いました"),
        "factor.reset": said("職員の二段階認証を取り消しました"),
        "staff.deactivated": said("職員の利用を止めました"),
        "staff.reactivated": said("職員の利用を再開しました"),
        "mailing.handed_over": said("案件を引き継ぎました"),
        "office.chosen": said("仕事をする所を切り替えました"),
        "deputy.appointed": said("代理決裁者を決めました"),
        "deputy.revoked": said("代理決裁を取り消しました"),
    },
    Kind.SETTING: {
        "office.added": said("所を登録しました"),
        "mailbox.added": said("所のアドレスを登録しました"),
        "api.token_made": said("APIトークンを作りました"),
        "api.token_revoked": said("APIトークンを取り消しました"),
        "webhook.made": said("Webhookを作りました"),
        "webhook.switched_off": said("Webhookを止めました"),
        "webhook.switched_on": said("Webhookを再開しました"),
        "webhook.ended": said("Webhookを終わらせました"),
        "webhook.tested": said("Webhookを試しに呼び出しました"),
        "relay.chosen": said("送信サーバーを選びました"),
        "relay.test_mail": said("送信サーバーを確かめるメールを送りました"),
        "relay.test_mail_taken": said("送信サーバーを確かめるメールが受け取られました"),
        "relay.test_mail_failed": said("送信サーバーを確かめるメールは届きませんでした"),
        "bureau.added": said("労働局を登録しました"),
        "bureau.renamed": said("労働局の名前を変えました"),
        "office.renamed": said("所の名前を変えました"),
        "office.batches_set": said("BCC一括送信の設定を変えました"),
        "office.incident_deadlines_set": said("漏えい等事案の所の期限を変えました"),
        "office.sending_set": said("送信までの待ち時間の設定を変えました"),
        "setting.proposed": said("所の設定の変更を提案しました"),
        "setting.confirmed": said("提案された設定の変更を認めました"),
        "setting.declined": said("提案された設定の変更を認めませんでした"),
        "setting.withdrawn": said("設定の変更の提案を取り下げました"),
        "setting.lapsed": said("設定の変更の提案は、元の値が変わったため無効になりました"),
        "setting.made_safer": said("所の設定を安全な側に変えました"),
    },
    Kind.TAKEN: {
        "answers.exported": said("参加者の回答を書き出しました"),
        "roster.exported": said("参加者名簿を書き出しました"),
        "deliveries.exported": said("送信結果を書き出しました"),
        "recipients.printed": said("確認用宛先一覧を開きました"),
        "snapshot.erased": said("確定版の個人情報を消去しました"),
        "event.erased": said("保存期間を過ぎたイベントの個人情報を消去しました"),
        "retention.held": said("イベントの個人情報の保存を延長しました"),
        "retention.released": said("個人情報の保存の延長を終えました"),
        "addresses.revealed": said("伏せてあるアドレスを表示しました"),
        "webhook.contacts_told": said("Webhookの呼び出しに連絡先を入れました"),
        "person.looked_up": said("開示・消去の請求のために一人の情報を探しました"),
        "person.handed_over": said("本人に渡すために一人の情報を書き出しました"),
        "person.erased": said("本人の請求により個人情報を消去しました"),
        "storage.scrubbed": said("消去した内容を、記憶装置からも消しました"),
    },
    Kind.AUDIT: {
        "audit.exported": said("監査記録を書き出しました"),
        "sending.locked": said("戻した（移した）データベースの送信を止めました"),
        "sending.unlocked": said("戻した（移した）データベースの送信を認めました"),
        "audit.head_rebuilt": said("失われた監査記録の鎖の先頭を作り直しました"),
        "alert.raised": said("所への警告を出しました"),
        "alert.seen_to": said("警告への対応を始めました"),
    },
}
_ALL = {action: text for each in SENTENCES.values() for action, text in each.items()}


def sentence(action: str) -> str:
    """The act in words; one that no table knows (of another release) by its name."""
    return _ALL.get(action, said("操作「{action}」", action=action))


def known(action: str) -> bool:
    """Whether there is a sentence for it."""
    return action in _ALL


def actions_of(kind: Kind) -> tuple[str, ...]:
    """The acts of a kind."""
    return tuple(SENTENCES[kind])


SUBJECTS = {
    "address": said("アドレス"),
    "alert": said("警告"),
    "api_token": said("APIトークン"),
    "bureau": said("労働局"),
    "contact": said("担当者"),
    "factor": said("二段階目の確認"),
    "invitation": said("招待"),
    "audit": said("監査記録"),
    "answers": said("参加者の回答"),
    "delivery": said("メール"),
    "deputy": said("代理決裁"),
    "event": said("イベント"),
    "mailbox": said("所のアドレス"),
    "mailing": said("メール案件"),
    "notice": said("労働局からのお知らせ"),
    "office": said("所"),
    "relay": said("送信サーバー"),
    "incident": said("漏えい等事案"),
    "installation": said("全体"),
    "page": said("画面"),
    "person": said("請求された方"),
    "proposal": said("設定の変更の提案"),
    "retention": said("イベントの保存期間"),
    "roster": said("参加者名簿"),
    "setting_change": said("設定の変更"),
    "staff": said("職員"),
    "suppression": said("配信停止"),
    "training": said("自主点検の割り当て"),
    "webhook": said("Webhook"),
    "wording": said("文面のひな形"),
}


def subject_name(subject: str) -> str:
    """``mailing:12`` as メール案件12."""
    kind, _, number = subject.partition(":")
    return listed([each for each in (SUBJECTS.get(kind, kind), number) if each], "")
