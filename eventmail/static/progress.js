// Keeps [data-poll-url] fresh from a small JSON, which fields.js shows:
//   {"finished": false, "announce": "30通のうち12通…", "page": "sending:", "fields": {"done": 12},
//    "rows": {"7": {"text": "受付済", "kind": "ok"}}, "parts": {"ok": {"x": 0, "width": 400}}}
// Another page than data-poll-page needs other buttons, so it is loaded anew, but never under a
// person's hands. A hidden page asks nothing.
"use strict";

const EVERY = 1000;
const LONGEST = 15000;
const QUIET = 15000; // between two announcements, in milliseconds
const [TROUBLE, CHANGED, OVER] = document.documentElement.lang === "en"
  ? [
    "The latest state cannot be fetched. Trying again automatically.",
    "The state has changed. Please reload the page.",
    "The latest state cannot be fetched. Please reload the page.",
  ]
  : [
    "最新の状況を取得できません。自動で再接続しています。",
    "状況が変わりました。画面を再読み込みしてください。",
    "最新の状況を取得できません。画面を再読み込みしてください。",
  ];

function inUse(root) {
  const typing = root.contains(document.activeElement) && document.activeElement.matches("input");
  return typing || root.querySelector("input:checked") !== null;
}

function watch(root) {
  const voice = root.querySelector("[data-poll-announce]");
  const fault = root.querySelector("[data-poll-fault]");
  let [etag, wait, spoken, ended, changed] = ["", EVERY, 0, false, false];

  function show(news) {
    showAll(root, news);
    if (news.announce && (news.finished || Date.now() - spoken > QUIET)) {
      put(voice, news.announce);
      spoken = Date.now();
    }
    const other = "pollPage" in root.dataset && root.dataset.pollPage !== news.page;
    ended = news.finished === true || other;
    if (!ended || !("pollReload" in root.dataset)) return;
    if (inUse(root)) changed = true;
    else location.reload();
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
    if (document.hidden) {
      document.addEventListener("visibilitychange", turn, { once: true });
      return;
    }
    const fine = (await ask().catch(() => false)) && !changed;
    fault.hidden = fine;
    put(fault, fine ? "" : changed ? CHANGED : ended ? OVER : TROUBLE);
    wait = fine ? EVERY : Math.min(wait * 2, LONGEST);
    if (!ended) setTimeout(turn, wait);
  }
  turn();
}

document.querySelectorAll("[data-poll-url]").forEach(watch);
