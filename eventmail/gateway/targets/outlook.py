"""Outlook on Windows: a macro that counts before sending."""

from __future__ import annotations

import re

from eventmail.gateway.escaping import for_vba, vba_lines
from eventmail.gateway.rule import Rule
from eventmail.gateway.targets.base import Target, all_of_them
from eventmail.language import said

MACRO = """\
' More than LIMIT external addresses in To and Cc: the mail is not sent.
' For ThisOutlookSession of Outlook (classic) on Windows.
Option Explicit

Private Const MOST As Long = LIMIT
Private Const SMTP_ADDRESS As String = "http://schemas.microsoft.com/mapi/proptag/0x39FE001E"

Private Sub Application_ItemSend(ByVal Item As Object, Cancel As Boolean)
    Dim each_one As Object
    Dim count As Long
    On Error GoTo Unsure
    If TypeName(Item) <> "MailItem" Then Exit Sub
    For Each each_one In Item.Recipients
        ' 1 is To, 2 is Cc, 3 is Bcc
        If each_one.Type = 1 Or each_one.Type = 2 Then
            count = count + Outside(each_one.AddressEntry)
        End If
    Next
    If count > MOST Then
        Cancel = True
        MsgBox TextForSender(), vbExclamation
    End If
    Exit Sub
Unsure:
    ' What cannot be counted is not sent.
    Cancel = True
    MsgBox TextForSender(), vbExclamation
End Sub

' A contact group is as many addresses as it has members.
Private Function Outside(ByVal entry As Object) As Long
    Dim member As Object
    Dim count As Long
    If entry.AddressEntryUserType = 11 Then
        For Each member In entry.Members
            count = count + Outside(member)
        Next
        Outside = count
    ElseIf Not IsOwn(SmtpOf(entry)) Then
        Outside = 1
    End If
End Function

Private Function SmtpOf(ByVal entry As Object) As String
    If entry.Type = "SMTP" Then
        SmtpOf = entry.Address
    Else
        SmtpOf = entry.PropertyAccessor.GetProperty(SMTP_ADDRESS)
    End If
End Function

Private Function IsOwn(ByVal address As String) As Boolean
    Select Case LCase$(Mid$(address, InStrRev(address, "@") + 1))
        Case OWN
            IsOwn = True
    End Select
End Function

Private Function TextForSender() As String
    TextForSender = MESSAGE
End Function
"""
PLACES = re.compile("MESSAGE|OWN|LIMIT")


def write(rule: Rule) -> str:
    """The macro."""
    own = vba_lines(map(for_vba, rule.written), ",")
    pieces = {"MESSAGE": for_vba(rule.japanese), "OWN": own, "LIMIT": str(rule.limit)}
    # In one go: nothing is looked for in what was put in.
    return PLACES.sub(lambda found: pieces[found[0]], MACRO)


OUTLOOK = Target(
    key="outlook",
    name=said("Outlook（Windows、マクロ）"),
    relies_on=said(
        "Outlook 2016以上のWindows版（classic）のApplication_ItemSendとPropertyAccessor"
        "（Microsoftの文書による）。"
    ),
    tried=said("書き出した形だけを試しています。Outlookそのものでは試していません。"),
    filename="eventmail-to-cc-outlook.txt",
    write=write,
    sees=all_of_them,
    place=(
        said(
            "OutlookでAlt＋F11を押し、「Project1」→「Microsoft Outlook Objects」"
            "→「ThisOutlookSession」を"
            "開いて、上の中身を貼り付けます。"
        ),
        said(
            "マクロに組織の証明書で署名し、グループポリシーの「VBAマクロ通知設定」"
            "を「デジタル署名されたマクロを"
            "除き、すべてのマクロを無効にする」にして、証明書を「信頼できる発行元」に配ります。"
        ),
    ),
    trial=(
        said(
            "Outlookを起動し直し、試験用のメールと同じ宛先（.exampleのもの）でメールを作り、"
            "送信を押します。"
            "止まれば、メールは作成の画面に残ります。"
        ),
    ),
    blind=(
        said(
            "新しいOutlook、Web版、スマートフォンでは動きません。"
            "サーバーの規則と合わせて使ってください。"
        ),
        said("Exchangeの配布グループは1件に数えます。連絡先グループは中の人数を数えます。"),
        said("会議の依頼（MailItemでないもの）は調べません。"),
    ),
    removal=(said("ThisOutlookSessionから、貼り付けた行を消します。"),),
    encoding="utf-8-sig",
    newline="\r\n",
)
