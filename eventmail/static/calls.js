// Lets the others see who is calling: when a number [data-claim] is pressed, and while the page of
// form[data-calling] is open. It warns in [data-others], which holds the words, and locks nobody out.
"use strict";

const BEAT = 30000;

function told(url, token, left) {
  const body = new FormData();
  body.set("csrf_token", token);
  if (left) body.set("left", "1");
  return fetch(url, { method: "POST", body, keepalive: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-claim]");
  const token = document.querySelector("input[name=csrf_token]");
  if (link && token) told(link.dataset.claim, token.value).catch(() => undefined);
});

function call(form) {
  const place = document.querySelector("[data-others]");

  function show(news) {
    const lines = news.warning ? [news.warning] : [];
    if (String(news.version) !== form.dataset.version) lines.push(place.dataset.written);
    const before = [...place.querySelectorAll(".notice-title")].map((each) => each.textContent);
    if (JSON.stringify(before) === JSON.stringify(lines)) return;
    place.replaceChildren(...lines.map((text) => {
      const item = document.querySelector("template[data-other]").content.cloneNode(true);
      item.querySelector(".notice-title").textContent = text;
      return item;
    }));
  }

  async function beat(left) {
    const answer = await told(form.dataset.calling, form.elements.csrf_token.value, left);
    if (!left && answer.ok && !answer.redirected) show(await answer.json());
  }

  const quietly = (left) => beat(left).catch(() => undefined);
  quietly(false);
  setInterval(() => {
    if (!document.hidden) quietly(false);
  }, BEAT);
  window.addEventListener("pagehide", () => quietly(true));
}

document.querySelectorAll("form[data-calling]").forEach(call);
