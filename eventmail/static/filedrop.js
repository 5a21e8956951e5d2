// A file input in [data-file-drop] takes dropped files and shows their names and sizes.
"use strict";

const IN_ENGLISH = document.documentElement.lang === "en";
const STEPS = [[1024 * 1024, "MB"], [1024, "kB"]];

function size(bytes) {
  const [step, unit] = STEPS.find(([least]) => bytes >= least) || [1, IN_ENGLISH ? "bytes" : "バイト"];
  const number = bytes / step;
  return `${number.toFixed(step > 1 && number < 10 ? 1 : 0)} ${unit}`;
}

function show(input, list) {
  list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    item.textContent = IN_ENGLISH ? `${file.name} (${size(file.size)})` : `${file.name}（${size(file.size)}）`;
    return item;
  }));
}

function take(input, dropped) {
  const taken = new DataTransfer();
  const files = input.multiple ? [...dropped] : [...dropped].slice(0, 1);
  for (const file of files) taken.items.add(file);
  input.files = taken.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function prepare(area) {
  const input = area.querySelector("input[type=file]");
  const list = area.querySelector("[data-file-names]");
  const mark = (over) => area.classList.toggle("file-drop-over", over);
  area.querySelector("[data-drop-text]").hidden = false;
  input.addEventListener("change", () => show(input, list));
  area.addEventListener("dragover", () => mark(true));
  area.addEventListener("dragleave", (event) => mark(area.contains(event.relatedTarget)));
  area.addEventListener("drop", (event) => {
    mark(false);
    if (event.dataTransfer.files.length && !input.disabled) take(input, event.dataTransfer.files);
  });
  show(input, list);
}

document.querySelectorAll("[data-file-drop]").forEach(prepare);

// A file dropped beside the area would otherwise open in the browser and the form would be lost.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
}
