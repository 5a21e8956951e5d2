// Keeps the picture in [data-picture-url] fresh from {"html": "…"}, now and then: it costs more
// than the numbers of progress.js. Never under a person's hands, and not on a hidden page.
"use strict";

const PAUSE = 15000;

function replacePicture(root, html) {
  const open = root.querySelector("details")?.open;
  const part = new DOMParser().parseFromString(html, "text/html");
  root.replaceChildren(...part.body.childNodes);
  const details = root.querySelector("details");
  if (details && open) details.open = true;
}

function follow(root) {
  let etag = "";

  async function look() {
    if (document.hidden || root.contains(document.activeElement)) return true;
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch(root.dataset.pictureUrl, { headers, cache: "no-store" });
    if (answer.status === 304) return true;
    if (!answer.ok || answer.redirected) return answer.status >= 500;
    etag = answer.headers.get("ETag") || "";
    replacePicture(root, (await answer.json()).html);
    return true;
  }

  async function again() {
    const begun = performance.now();
    const goOn = await look().catch(() => true);
    if (goOn) setTimeout(again, Math.max(PAUSE, 20 * (performance.now() - begun)));
  }
  setTimeout(again, PAUSE);
}

document.querySelectorAll("[data-picture-url]").forEach(follow);
