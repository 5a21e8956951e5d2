// Shows what answered a form that a script has sent: a place to go to, or a page whose <main> takes
// the place of this one's, with all that was typed, as the server wrote it.
"use strict";

function goTo(place) {
  const target = new URL(place, location.href);
  const same = target.pathname + target.search === location.pathname + location.search;
  if (!same) {
    location.assign(target);
    return;
  }
  history.replaceState(null, "", target); // only the part behind # differs: that alone loads nothing
  location.reload();
}

function showPage(markup) {
  const found = new DOMParser().parseFromString(markup, "text/html");
  const main = found.querySelector("main");
  if (!main) return false;
  document.querySelector("main").replaceWith(document.adoptNode(main));
  document.title = found.title;
  main.querySelectorAll("[data-file-drop]").forEach(prepare);
  (main.querySelector("[autofocus]") || main).focus();
  scrollTo(0, 0);
  return true;
}
