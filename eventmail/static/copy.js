// A button [data-copy] puts the text of the element that it names onto the clipboard. Without a
// clipboard the button stays away, and the text is marked and copied by hand.
"use strict";

function offer(button) {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) return;
  const told = button.nextElementSibling;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      told.textContent = "コピーしました。";
    } catch {
      told.textContent = "コピーできませんでした。文字を選んでコピーしてください。";
    }
  });
}

document.querySelectorAll("[data-copy]").forEach(offer);
