"""What a browser alone can tell of a page: where it moves, breaks its words, hides the focus."""

from __future__ import annotations

from playwright.sync_api import Page

PHONE, ZOOMED, WIDE = 375, 640, 1280  # 640 is 1280 at 200 %

# Everything that moved after it was painted, without anybody's doing: what, and how far.
SHIFTS = """() => new Promise((done) => {
  const found = [];
  const of = (node) => node?.outerHTML?.slice(0, 120) ?? node?.textContent ?? "?";
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) {
      const moved = each.sources.map((source) => of(source.node));
      if (!each.hadRecentInput) found.push(`${each.value.toFixed(4)}: ${moved}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => done(found), 30));
})"""

# Where the Tab key stops, in the order of the markup.
STOPS = """[...document.querySelectorAll(
  "a[href], button, input, select, textarea, summary, [tabindex]"
)].filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== "hidden" && e.checkVisibility())"""

# Stops that cannot be seen, or do not show that they have the focus.
UNSEEN = f"""() => {STOPS}.flatMap((each) => {{
  each.focus({{ focusVisible: true }});
  const look = getComputedStyle(each), box = each.getBoundingClientRect();
  const faults = [];
  if (document.activeElement !== each) faults.push("takes no focus");
  const thin = look.outlineStyle === "none" || parseFloat(look.outlineWidth) < 2;
  if (thin) faults.push("shows no focus");
  if (box.width < 2 || box.height < 2) faults.push("cannot be seen");
  return faults.map((fault) => `${{fault}}: ${{each.outerHTML.slice(0, 120)}}`);
}})"""

# Japanese words that go on in the next line, where only a few words stand. Two hiragana alone are
# often the seam of two words; names in the way back up are as long as an office made them.
SHORT = "h1, h2, h3, legend, .label, .button, .tag, .filter, summary, .notice-title, .step-word"
BROKEN = """(short) => {
  const words = new Intl.Segmenter("ja", { granularity: "word" });
  const japanese = /[\\u3041-\\u30ff\\u4e00-\\u9fff]/;
  const found = [];
  for (const element of document.querySelectorAll(short)) {
    if (!element.checkVisibility() || element.closest(".visually-hidden, [lang=en]")) continue;
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      if (text.parentElement.closest(".visually-hidden")) continue;
      for (const { segment, index, isWordLike } of words.segment(text.data)) {
        if (!isWordLike || segment.length < 2 || !japanese.test(segment)) continue;
        if (/^[\\u3041-\\u309f]{2}$/.test(segment)) continue;
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + segment.length);
        const tops = [...range.getClientRects()].filter((r) => r.width > 0).map((r) => r.top);
        if (tops.length && Math.max(...tops) - Math.min(...tops) > 8) {
          found.push(`${segment} in ${element.textContent.trim()}`);
        }
      }
    }
  }
  return found;
}"""


def shifts(page: Page) -> list[str]:
    """What moved under the reader's eyes while the page was built up."""
    return [f"moves by {each}" for each in page.evaluate(SHIFTS)]


def unseen(page: Page) -> list[str]:
    """Where somebody with a keyboard alone would not know where he is."""
    return list(page.evaluate(UNSEEN))


def broken(page: Page) -> list[str]:
    """Words that a phone breaks in headings, buttons, tags and labels."""
    page.set_viewport_size({"width": PHONE, "height": 800})
    return [f"breaks {each}" for each in page.evaluate(BROKEN, SHORT)]


def wider(page: Page, width: int) -> list[str]:
    """Whether the page must be pushed sideways at that width."""
    page.set_viewport_size({"width": width, "height": 800})
    across = page.evaluate("document.documentElement.scrollWidth")
    return [f"{across} wide on {width}"] if across > width else []


def walked(page: Page) -> list[str]:
    """Where the Tab key stops otherwise than the markup says, pressed from the top of the page."""
    page.evaluate("document.activeElement?.blur(); window.getSelection().removeAllRanges()")
    page.evaluate(f"window.stops = {STOPS}")
    right = []
    for number in range(page.evaluate("window.stops.length")):
        page.keyboard.press("Tab")
        right.append(page.evaluate("window.stops.indexOf(document.activeElement)") == number)
    return [] if all(right) else [f"stop {right.index(False)} of {len(right)} is another"]


def faults(page: Page) -> list[str]:
    """All of it but the walk, which takes its time; the page is as it was loaded."""
    found = [*shifts(page), *unseen(page), *wider(page, ZOOMED), *broken(page)]
    page.set_viewport_size({"width": WIDE, "height": 900})
    return found
