// A form is sent once: its buttons rest after the submit and wake when the page is shown again.
// A form that downloads a file stays on the page: mark it data-once="off".
"use strict";

const WORKING = document.documentElement.lang === "en" ? "Working…" : "処理しています…";

function rest(form, pressed) {
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
  for (const button of form.elements) {
    if (button.type === "submit" && !button.disabled) {
      button.dataset.rested = "yes";
      button.disabled = true;
    }
  }
  if (pressed) {
    pressed.dataset.label = pressed.textContent;
    pressed.textContent = WORKING;
  }
}

function wake(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  for (const button of form.elements) {
    if (button.dataset.rested) {
      delete button.dataset.rested;
      button.disabled = false;
    }
    if (button.dataset.label) {
      button.textContent = button.dataset.label;
      delete button.dataset.label;
    }
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.once === "off") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Later, because a disabled button's name and value would not be sent.
  setTimeout(() => rest(form, event.submitter), 0);
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) wake(form);
});
