// A button[data-passkey] makes ("create") or uses ("get") a passkey: it asks data-options for what the
// browser needs, puts the device's answer into the form's field "passkey", and sends the form.
"use strict";

const SAID = {
  NotAllowedError: "パスキーの操作が取り消されたか、時間切れになりました。もう一度お試しください。",
  InvalidStateError: "この端末のパスキーは、すでに登録されています。",
  SecurityError: "いま開いているアドレスでは、パスキーを使えません。正しいアドレスで開き直してください。",
};
const BROKEN = "パスキーを使えませんでした。画面を読み込み直して、もう一度お試しください。";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

function text(buffer) {
  const letters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const described = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

function readable(options) {
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = described(options.excludeCredentials);
  if (options.allowCredentials) read.allowCredentials = described(options.allowCredentials);
  return read;
}

function writable(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
}

async function answered(button) {
  const body = new FormData();
  body.set("csrf_token", button.form.elements.csrf_token.value);
  const answer = await fetch(button.dataset.options, { method: "POST", body });
  const options = await answer.json();
  if (!answer.ok) throw new Error(options.sentence || "");
  const publicKey = readable(options);
  return navigator.credentials[button.dataset.passkey]({ publicKey });
}

function offer(button) {
  const status = button.form.querySelector("[data-passkey-status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    status.textContent = "端末の画面にしたがってください。";
    try {
      button.form.elements.passkey.value = writable(await answered(button));
      button.form.requestSubmit();
    } catch (error) {
      status.textContent = SAID[error.name] || (error.name === "Error" && error.message) || BROKEN;
      button.disabled = false;
    }
  });
}

if (window.PublicKeyCredential) {
  document.querySelectorAll("button[data-passkey]").forEach(offer);
  document.querySelectorAll("[data-no-passkey]").forEach((each) => each.remove());
}
