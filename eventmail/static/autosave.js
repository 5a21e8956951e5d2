// Keeps what is typed into form[data-autosave] every few seconds. Without it the form works as ever;
// nothing is kept then until it is saved.
"use strict";

const EVERY = 3000;
const ASIDE = new Set(["csrf_token", "slot", "version", "newest", "replace", "filled", "wording"]);
const [AWAY, SIGNED_OUT] = document.documentElement.lang === "en"
  ? [
    "Cannot save automatically. Trying again as soon as there is a connection.",
    "Your sign-in has expired. Please copy what you wrote since then, and sign in again. What was saved automatically can be restored when you open this page again.",
  ]
  : [
    "自動保存できません。つながり次第、もう一度試します。",
    "サインインの時間が切れました。このあと書いた部分は手もとに写してから、サインインし直してください。自動保存した内容は、この画面を開き直すと復元できます。",
  ];

function typed(form) {
  return JSON.stringify([...new FormData(form)].filter(([name]) => !ASIDE.has(name)));
}

function start(form) {
  const line = form.querySelector("[data-autosave-line]");
  let [kept, busy, ended] = [typed(form), false, false];

  function say(text, bad) {
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle("saved-line-bad", bad);
  }

  async function post(keepalive) {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), keepalive });
    if (answer.redirected || answer.status === 400 || answer.status === 403) {
      ended = true;
      say(SIGNED_OUT, true);
      return false;
    }
    if (!answer.ok && answer.status !== 409) throw new Error(answer.status);
    const news = await answer.json();
    say(news.sentence, !answer.ok);
    ended = !answer.ok;
    if (answer.ok) form.elements.slot.value = news.slot;
    return answer.ok;
  }

  async function keep(keepalive = false) {
    const now = typed(form);
    if (busy || ended || form.dataset.sent || now === kept) return;
    busy = true;
    try {
      if (await post(keepalive)) kept = now;
    } catch {
      if (!keepalive) say(AWAY, true);
    }
    busy = false;
  }

  setInterval(keep, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) keep(true);
  });
}

document.querySelectorAll("form[data-autosave]").forEach(start);
