// Counts [data-until="2026-12-01T09:00:00+09:00"] down, in the words that the server began with.
"use strict";

const counted = (number, unit) => `${number} ${unit}${number === 1 ? "" : "s"}`;

function inEnglish(days, hours, minutes, rest) {
  if (days) return `${counted(days, "day")} ${counted(hours, "hour")}`;
  if (hours) return `${counted(hours, "hour")} ${counted(minutes, "minute")}`;
  return minutes ? `${counted(minutes, "minute")} ${counted(rest, "second")}` : counted(rest, "second");
}

function left(until) {
  const seconds = Math.max(0, Math.floor((until - Date.now()) / 1000));
  const [days, hours] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24];
  const [minutes, rest] = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (document.documentElement.lang === "en") return inEnglish(days, hours, minutes, rest);
  if (days) return `${days}日${hours}時間`;
  if (hours) return `${hours}時間${minutes}分`;
  return minutes ? `${minutes}分${rest}秒` : `${rest}秒`;
}

for (const timer of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(timer.dataset.until);
  setInterval(() => {
    const text = left(until);
    if (timer.textContent !== text) timer.textContent = text;
  }, 500);
}
