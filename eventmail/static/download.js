// A form or link in [data-download] says that its file is being made, how much has come, and that
// it is there. What is no file (a message, a sign-in) is shown by the browser as without this.
"use strict";

const DOWNLOADS_IN_ENGLISH = document.documentElement.lang === "en";
const [MAKING, BROKEN] = DOWNLOADS_IN_ENGLISH
  ? ["The file is being made.", "The file did not arrive whole. Please press again."]
  : ["ファイルを作っています。", "ファイルを最後まで受け取れませんでした。もう一度押してください。"];
const EVERY_BYTES = 256 * 1024;
const coming = (size) => (DOWNLOADS_IN_ENGLISH ? `${size} kB have come.` : `ファイルを受け取っています（${size} kB）。`);

function note(asker) {
  const next = asker.nextElementSibling;
  if (next?.matches("[data-download-note]")) return next;
  const made = document.createElement("p");
  made.setAttribute("role", "status");
  made.dataset.downloadNote = "";
  asker.after(made);
  return made;
}

function nameIn(disposition) {
  const found = disposition.match(/filename\*=UTF-8''([^;]+)/);
  return found ? decodeURIComponent(found[1]) : disposition.match(/filename="?([^";]+)"?/)?.[1] || "download";
}

async function received(answer, place) {
  const reader = answer.body.getReader();
  const parts = [];
  let [got, told] = [0, 0];
  for (let turn = await reader.read(); !turn.done; turn = await reader.read()) {
    parts.push(turn.value);
    got += turn.value.length;
    if (got - told < EVERY_BYTES) continue;
    told = got;
    place.textContent = coming(Math.round(got / 1024).toLocaleString("ja-JP"));
  }
  return new Blob(parts, { type: answer.headers.get("Content-Type") });
}

function save(blob, name) {
  const link = document.createElement("a");
  [link.download, link.href] = [name, URL.createObjectURL(blob)];
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

async function bring(asker, url, options, plainly) {
  if (asker.dataset.busy) return;
  const place = note(asker);
  asker.dataset.busy = "yes";
  place.textContent = MAKING;
  try {
    const answer = await fetch(url, { ...options, redirect: "manual", cache: "no-store" });
    const disposition = answer.headers.get("Content-Disposition") || "";
    if (!answer.ok || !disposition.startsWith("attachment")) return void plainly();
    const name = nameIn(disposition);
    save(await received(answer, place), name);
    place.textContent = DOWNLOADS_IN_ENGLISH ? `“${name}” was downloaded.` : `「${name}」をダウンロードしました。`;
  } catch {
    place.textContent = BROKEN;
  } finally {
    delete asker.dataset.busy;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("download" in form.dataset) || event.defaultPrevented) return;
  event.preventDefault();
  const sent = { method: "POST", body: new FormData(form, event.submitter) };
  bring(form, form.action, sent, () => form.submit());
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-download]");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  bring(link, link.href, {}, () => location.assign(link.href));
});
