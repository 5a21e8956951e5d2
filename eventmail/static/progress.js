// Keeps [data-poll-url] fresh from a small JSON:
//   {"finished": false, "announce": "30通のうち12通…", "fields": {"done": 12, "total": 30},
//    "rows": {"7": {"text": "受付済", "kind": "ok", "note": "250 OK"}}}
// fields go to [data-field=name]; rows to [data-row=key]: its .tag and [data-note].
"use strict";

const KINDS = ["neutral", "info", "ok", "warn", "error"];
const EVERY = 1000;
const LONGEST = 15000;
const QUIET = 5000; // between two announcements, in milliseconds
const TROUBLE = "最新の状況を取得できません。自動で再接続しています。";
const OVER = "最新の状況を取得できません。画面を再読み込みしてください。";

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function field(root, name, value) {
  const text = typeof value === "number" ? value.toLocaleString("ja-JP") : String(value);
  for (const element of root.querySelectorAll(`[data-field="${CSS.escape(name)}"]`)) {
    if (element.tagName === "PROGRESS") element.value = value;
    else put(element, text);
  }
  if (name === "total") root.querySelectorAll("progress").forEach((bar) => { bar.max = value || 1; });
}

function row(root, key, state) {
  const line = root.querySelector(`[data-row="${CSS.escape(key)}"]`);
  const tag = line?.querySelector(".tag");
  const note = line?.querySelector("[data-note]");
  if (tag) put(tag, state.text);
  if (tag && KINDS.includes(state.kind)) tag.className = `tag tag-${state.kind}`;
  if (note) put(note, state.note || "");
}

function watch(root) {
  const voice = root.querySelector("[data-poll-announce]");
  const fault = root.querySelector("[data-poll-fault]");
  let [etag, wait, spoken, ended] = ["", EVERY, 0, false];

  function show(news) {
    for (const [name, value] of Object.entries(news.fields || {})) field(root, name, value);
    for (const [key, state] of Object.entries(news.rows || {})) row(root, key, state);
    if (news.announce && (news.finished || Date.now() - spoken > QUIET)) {
      put(voice, news.announce);
      spoken = Date.now();
    }
    ended = news.finished === true;
    if (ended && "pollReload" in root.dataset) location.reload();
  }

  async function ask() {
    const headers = etag ? { "If-None-Match": etag } : {};
    const signal = AbortSignal.timeout(LONGEST);
    const answer = await fetch(root.dataset.pollUrl, { headers, signal, cache: "no-store" });
    if (answer.redirected || (answer.status >= 400 && answer.status < 500)) ended = true;
    else if (answer.ok) {
      etag = answer.headers.get("ETag") || "";
      show(await answer.json());
    }
    return answer.status === 304 || (answer.ok && !answer.redirected);
  }

  async function turn() {
    const fine = document.hidden || (await ask().catch(() => false));
    fault.hidden = fine;
    put(fault, fine ? "" : ended ? OVER : TROUBLE);
    wait = fine ? EVERY : Math.min(wait * 2, LONGEST);
    if (!ended) setTimeout(turn, wait);
  }
  turn();
}

document.querySelectorAll("[data-poll-url]").forEach(watch);
