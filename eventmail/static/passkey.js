// A button[data-passkey] makes ("create") or uses ("get") a passkey: it asks data-options for what the
// browser needs, puts the device's answer into the form's field "passkey", and sends the form.
"use strict";

const PASSKEYS_IN_ENGLISH = document.documentElement.lang === "en";
const SAID = PASSKEYS_IN_ENGLISH
  ? {
    NotAllowedError: "The passkey was cancelled or took too long. Please try again.",
    InvalidStateError: "A passkey of this device is registered already.",
    SecurityError: "Passkeys cannot be used at this address. Please open the right one.",
  }
  : {
    NotAllowedError: "パスキーの操作が取り消されたか、時間切れになりました。もう一度お試しください。",
    InvalidStateError: "この端末のパスキーは、すでに登録されています。",
    SecurityError: "いま開いているアドレスでは、パスキーを使えません。正しいアドレスで開き直してください。",
  };
const BROKEN = PASSKEYS_IN_ENGLISH
  ? "The passkey could not be used. Please load the page again and try once more."
  : "パスキーを使えませんでした。画面を読み込み直して、もう一度お試しください。";
const FOLLOW = PASSKEYS_IN_ENGLISH ? "Please follow what your device shows." : "端末の画面にしたがってください。";

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
    status.textContent = FOLLOW;
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
