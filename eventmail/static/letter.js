// Buttons [data-insert] put their text where the cursor last stood in the subject or the body.
"use strict";

const fields = [...document.querySelectorAll("#subject, #body")];
let last = document.querySelector("textarea#body") || fields[0];

for (const field of fields) {
  field.addEventListener("focus", () => {
    last = field;
  });
}

function insert(text) {
  last.focus();
  // execCommand keeps the browser's undo; setRangeText is for browsers without it.
  if (document.execCommand("insertText", false, text)) return;
  last.setRangeText(text, last.selectionStart, last.selectionEnd, "end");
  last.dispatchEvent(new Event("input", { bubbles: true }));
}

if (last) {
  for (const group of document.querySelectorAll("[data-inserts]")) group.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button.dataset.insert);
  });
}
