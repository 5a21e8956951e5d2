// Says in [data-others] who else has the letter of form[data-presence] open, and whether it was saved
// meanwhile. It warns, and locks nobody out.
"use strict";

const BEAT = 30000;
const [AGAIN, SAVED] = document.documentElement.lang === "en"
  ? [
    " Please agree with them so that you do not both save.",
    "A colleague has saved this mailing while you had it open. When you save, you will be shown what differs.",
  ]
  : [
    "同時に保存しないよう、声をかけてください。",
    "開いている間に、ほかの職員がこの案件を保存しました。保存するときに、違いを確かめる画面が出ます。",
  ];

function meet(form) {
  const place = document.querySelector("[data-others]");

  function show(news) {
    const told = news.others.map((each) => `${each}${AGAIN}`);
    if (String(news.version) !== form.dataset.version) told.push(SAVED);
    const before = [...place.querySelectorAll(".notice-title")].map((each) => each.textContent);
    if (JSON.stringify(before) === JSON.stringify(told)) return;
    place.replaceChildren(...told.map((text) => {
      const item = document.querySelector("template[data-other]").content.cloneNode(true);
      item.querySelector(".notice-title").textContent = text;
      return item;
    }));
  }

  async function beat(left) {
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    if (left) body.set("left", "1");
    const answer = await fetch(form.dataset.presence, { method: "POST", body, keepalive: left });
    if (!left && answer.ok && !answer.redirected) show(await answer.json());
  }

  const quietly = (left) => beat(left).catch(() => undefined);
  quietly(false);
  setInterval(() => {
    if (!document.hidden) quietly(false);
  }, BEAT);
  window.addEventListener("pagehide", () => quietly(true));
}

document.querySelectorAll("form[data-presence]").forEach(meet);
