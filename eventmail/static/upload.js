// A form with files tells how far they have come, and then that they are being looked into. Its
// answer is a place to go to, or a page (answer.js, web/uploading.py). The page loads filedrop.js as
// well. Without this script the form is sent as any other.
"use strict";

const [LOOKING, NOT_SENT, GIVEN_UP] = IN_ENGLISH
  ? [
    "The file has arrived and is being looked into.",
    "The file could not be sent. It is still chosen. Please check the network and press again.",
    "The upload was stopped. The file is still chosen.",
  ]
  : [
    "ファイルを受け取りました。中身を調べています。",
    "ファイルを送れませんでした。選んだファイルはそのままです。通信を確かめて、もう一度押してください。",
    "ファイルを送るのをやめました。選んだファイルはそのままです。",
  ];
const QUARTER = 25; // percent between two announcements

function howFar(sent, total) {
  const percent = Math.floor((100 * sent) / (total || 1));
  if (IN_ENGLISH) return `Sending the file: ${size(sent)} of ${size(total)} (${percent}%).`;
  return `ファイルを送っています。${size(total)}のうち${size(sent)}（${percent}%）を送りました。`;
}

function tell(area, text, spoken) {
  area.hidden = false;
  area.querySelector("[data-upload-text]").textContent = text;
  if (spoken) area.nextElementSibling.textContent = text;
}

function finish(form, area, text) {
  for (const each of ["progress", "[data-upload-stop]"]) area.querySelector(each).hidden = true;
  tell(area, text, true);
  wake(form);
}

function answered(form, area, request) {
  const kind = request.getResponseHeader("Content-Type") || "";
  if (kind.startsWith("application/json")) goTo(JSON.parse(request.responseText).to);
  else if (!kind.startsWith("text/html") || !showPage(request.responseText)) finish(form, area, NOT_SENT);
}

function send(form, pressed, area) {
  const request = new XMLHttpRequest();
  const [bar, stop] = ["progress", "[data-upload-stop]"].map((each) => area.querySelector(each));
  let told = -QUARTER;

  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const percent = (100 * loaded) / (total || 1);
    const spoken = percent >= told + QUARTER;
    if (spoken) told = percent;
    bar.max = total || 1;
    bar.value = loaded;
    tell(area, howFar(loaded, total), spoken);
  });
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value"); // nobody knows how long it takes
    stop.hidden = true;
    tell(area, LOOKING, true);
  });
  request.addEventListener("load", () => answered(form, area, request));
  request.addEventListener("error", () => finish(form, area, NOT_SENT));
  request.addEventListener("abort", () => finish(form, area, GIVEN_UP));
  stop.addEventListener("click", () => request.abort(), { once: true });
  request.open("POST", form.getAttribute("action") || location.href);
  request.setRequestHeader("X-Upload", "progress");
  const fields = new FormData(form, pressed);
  bar.hidden = stop.hidden = false;
  tell(area, howFar(0, [...fields.values()].reduce((sum, each) => sum + (each.size || 0), 0)), true);
  request.send(fields);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const area = form.querySelector("[data-upload]");
  const chosen = [...form.querySelectorAll("input[type=file]")].some((each) => each.files.length);
  if (!area || !chosen || event.defaultPrevented) return;
  event.preventDefault();
  send(form, event.submitter, area);
});
