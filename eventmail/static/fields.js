// Shows what progress.js was told: fields go to [data-field=name]; rows to [data-row=key]: its
// .tag, [data-note] and [data-advice]; parts to the bar's [data-part=name].
"use strict";

const KINDS = ["neutral", "info", "ok", "warn", "error"];

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function field(root, name, value) {
  const text = typeof value === "number" ? value.toLocaleString("ja-JP") : String(value);
  for (const element of root.querySelectorAll(`[data-field="${CSS.escape(name)}"]`)) {
    if (element.tagName === "PROGRESS") element.value = value;
    else put(element, text);
    const chip = element.closest("[data-hide-zero]");
    if (chip) chip.hidden = value === 0;
  }
  if (name === "total") root.querySelectorAll("progress").forEach((bar) => { bar.max = value || 1; });
}

function row(root, key, state) {
  for (const line of root.querySelectorAll(`[data-row="${CSS.escape(key)}"]`)) {
    const tag = line.querySelector(".tag");
    if (tag) put(tag, state.text);
    if (tag && KINDS.includes(state.kind)) tag.className = `tag tag-${state.kind}`;
    for (const name of ["note", "advice"]) {
      const place = line.querySelector(`[data-${name}]`);
      if (place) put(place, state[name] || "");
    }
  }
}

function part(root, name, { x, width }) {
  const piece = root.querySelector(`[data-part="${CSS.escape(name)}"]`);
  piece?.setAttribute("x", x);
  piece?.setAttribute("width", width);
}

function showAll(root, news) {
  for (const [name, value] of Object.entries(news.fields || {})) field(root, name, value);
  for (const [key, state] of Object.entries(news.rows || {})) row(root, key, state);
  for (const [name, place] of Object.entries(news.parts || {})) part(root, name, place);
}
