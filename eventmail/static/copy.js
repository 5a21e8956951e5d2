// A button [data-copy] puts the text of the element that it names onto the clipboard. Without a
// clipboard the button stays away, and the text is marked and copied by hand.
"use strict";

const [COPIED, NOT_COPIED] = document.documentElement.lang === "en"
  ? ["Copied.", "It could not be copied. Please mark the text and copy it."]
  : ["コピーしました。", "コピーできませんでした。文字を選んでコピーしてください。"];

function offer(button) {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) return;
  const told = button.nextElementSibling;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      told.textContent = COPIED;
    } catch {
      told.textContent = NOT_COPIED;
    }
  });
}

document.querySelectorAll("[data-copy]").forEach(offer);
