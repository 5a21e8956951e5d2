// Says once that a person has the page before him: not before he has touched, scrolled or typed.
// Mail scanners open links, and some run scripts; none of them moves a finger.
"use strict";

const place = document.querySelector("[data-seen]");
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];

function said(event) {
  if (!event.isTrusted || document.visibilityState !== "visible") return;
  for (const sign of SIGNS) document.removeEventListener(sign, said);
  fetch(place.dataset.seen, { method: "POST", keepalive: true, credentials: "omit" }).catch(() => {});
}

if (place) for (const sign of SIGNS) document.addEventListener(sign, said, { passive: true });
