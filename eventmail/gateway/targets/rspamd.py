"""rspamd: a Lua rule that counts To and Cc together; the exact one for Postfix and Sendmail too"
"."""

from __future__ import annotations

from eventmail.gateway.escaping import for_lua
from eventmail.gateway.rule import Rule
from eventmail.gateway.targets.base import Target, all_of_them
from eventmail.language import said


def write(rule: Rule) -> str:
    """The whole file."""
    own = ", ".join(f"[{for_lua(each)}] = true" for each in rule.written)
    return f"""\
-- More than {rule.limit} external addresses in To and Cc: refuse. Only mail from inside.
local rspamd_util = require "rspamd_util"
local limit = {rule.limit}
local own = {{ {own} }}
local message = {for_lua(rule.english)}

local function external(domain)
  return domain ~= "" and not own[domain:lower():gsub("[%s.;>\\"']+$", "")]
end

-- Without quoted names and comments, an address is an @, a domain, and the end of an entry.
local function count_signs(value)
  local found = 0
  local plain = value:gsub("\\\\.", ""):gsub('"[^"]*"', "Q"):gsub("%b()", " ") .. ","
  for domain in plain:gmatch("@%s*([^@%s,;<>]+)%s*[,;>]") do
    if external(domain) then found = found + 1 end
  end
  return found
end

local function count_addresses(task, value)
  local found = 0
  for _, each in ipairs(rspamd_util.parse_mail_address(value, task:get_mempool()) or {{}}) do
    if external(each.domain or "") then found = found + 1 end
  end
  return found
end

-- In a broken header one of the two may stop early: the larger number counts.
local function count_header(task, name)
  local found = 0
  for _, header in ipairs(task:get_header_full(name) or {{}}) do
    local value = header.value or ""
    found = found + math.max(count_addresses(task, value), count_signs(value))
  end
  return found
end

rspamd_config:register_symbol({{
  name = "EVENTMAIL_TO_CC",
  type = "prefilter",
  callback = function(task)
    local ip = task:get_from_ip()
    if not (task:get_user() or (ip and ip:is_valid() and ip:is_local())) then return end
    if count_header(task, "To") + count_header(task, "Cc") > limit then
      task:set_pre_result("reject", message, "eventmail")
    end
  end,
}})
"""


RSPAMD = Target(
    key="rspamd",
    name=said("rspamd（Postfix・Sendmailのmilter）"),
    relies_on=said(
        "rspamd 3系（Luaの「rspamd_task」「rspamd_util」）。3.4で試しました。"
        "SendmailとPostfixでは、milterとして使います。"
    ),
    tried=said(
        "本物のrspamdのメールの読み手（rspamadm lua）で、この規則をそのまま動かしています。"
    ),
    filename="eventmail-to-cc.lua",
    write=write,
    sees=all_of_them,
    place=(
        said(
            "このファイルを /etc/rspamd/lua/eventmail-to-cc.lua に置き、"
            "/etc/rspamd/rspamd.local.lua に"
            '「dofile("/etc/rspamd/lua/eventmail-to-cc.lua")」の1行を加えます。'
        ),
        said(
            "local.d/options.incの「local_addrs」に、所内のネットワークが入っていることを確かめます。"
        ),
        said(
            "「rspamadm configtest」のあとで、rspamdに設定を読み直させます。"
            "Postfixでは「smtpd_milters」、"
            "Sendmailでは「INPUT_MAIL_FILTER」で、rspamdのproxyにつなぎます。"
        ),
    ),
    trial=(
        said(
            "「rspamc --user=test < 02-refuse-1.eml」を実行します。Actionがrejectなら止まります。"
        ),
        said('はじめの数日は、set_pre_resultの"reject"を"no action"に変え、履歴で確かめられます。'),
    ),
    blind=(
        said("Bcc、配布リストの中の人数、暗号化された添付のメールの中のヘッダーは見ません。"),
        said(
            "「To」と「:」の間に空白があるヘッダーと、コンマのない並びは数えません"
            "（どちらも、ふつうのメールソフトは作りません）。"
        ),
        said(
            "rspamdにつながらないとき、milterの既定ではメールは通ります（Postfixでは"
            "「milter_default_action = tempfail」にすると、つながるまで待ちます）。"
        ),
    ),
    removal=(said("rspamd.local.luaに加えた1行を消し、rspamdに設定を読み直させます。"),),
)
