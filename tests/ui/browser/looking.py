"""What a visitor would stumble over, found in an open page."""

from __future__ import annotations

import base64
from importlib.util import find_spec
from pathlib import Path

#: Screens that people have: an old office notebook, the big screen, a phone.
SCREENS = {"notebook": (1366, 768), "wall": (1920, 1080), "phone": (390, 844)}
# Noncharacters: no font has a glyph for them, so each shows the box that stands for a missing one.
_MISSING = "\uffff\U0010ffff\U0002ffff"
# the text of the page, what is drawn on canvases included (`window.__drawn`, see HEAR_CANVAS)
_READ = """() => {
  const told = [document.title, document.body.innerText, ...(window.__drawn || [])];
  for (const one of document.querySelectorAll("[aria-label], [title], [placeholder]"))
    told.push(one.getAttribute("aria-label"), one.title, one.placeholder);
  return told.filter(Boolean).join("");
}"""
_DRAW = """([chars, missing]) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 40;
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  const family = getComputedStyle(document.body).fontFamily;
  const show = (char) => {
    pen.clearRect(0, 0, 40, 40);
    pen.font = "24px " + family;
    pen.fillText(char, 4, 30);
    return Array.from(pen.getImageData(0, 0, 40, 40).data).filter((_, i) => i % 4 === 3).join();
  };
  const nothing = show("");
  const boxes = new Set([...missing].map(show));
  boxes.delete(nothing);
  return chars.filter((char) => boxes.has(show(char)));
}"""
#: Keep what is written on canvases, so that it is read like the rest of the page.
HEAR_CANVAS = """
window.__drawn = [];
for (const name of ["fillText", "strokeText"]) {
  const draw = CanvasRenderingContext2D.prototype[name];
  CanvasRenderingContext2D.prototype[name] = function (text, ...rest) {
    if (window.__drawn.length < 20000) window.__drawn.push(String(text));
    return draw.call(this, text, ...rest);
  };
}
"""
_FOCUSED = """() => {
  let one = document.activeElement;
  while (one && one.shadowRoot && one.shadowRoot.activeElement) one = one.shadowRoot.activeElement;
  if (!one || one === document.body) return "";
  const signs = [];
  for (let at = one; at; at = at.parentElement || (at.getRootNode() || {}).host) {
    if (at.dataset && at.dataset.testid) signs.push(at.dataset.testid);
    const names = Array.from(at.classList || []);
    signs.push(...names.filter((name) => /^(st-key|gridplan|om)-/.test(name)));
  }
  return [one.tagName.toLowerCase(), ...signs].join(" ");
}"""
_BURSTING = """() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"""
_GRAVE = frozenset({"serious", "critical"})


def list_tofu(page) -> list[str]:
    """List the characters of a page that its fonts show as the box of a missing glyph."""
    chars = sorted({char for char in page.evaluate(_READ) if char.isprintable() and not char.isspace()})
    # icons are written in a font of their own, in the private use area or as ligatures
    public = [char for char in chars if not 0xE000 <= ord(char) <= 0xF8FF]
    return page.evaluate(_DRAW, [public, _MISSING])


def list_unreadable_fonts(page) -> list[str]:
    """List the fonts that a page asked for and did not get."""
    return page.evaluate("() => [...document.fonts].filter((f) => f.status === 'error').map((f) => f.family)")


def list_errors(page) -> list[str]:
    """List the tracebacks and the errors that a page shows."""
    return page.locator("[data-testid=stException], [data-testid=stAlertContentError]").all_inner_texts()


def tell_overflow(page) -> int:
    """Return by how many pixels a page is wider than its screen."""
    return int(page.evaluate(_BURSTING))


def walk_with_tab(page, steps: int = 120) -> list[str]:
    """Press Tab until the walk comes round, and tell where the focus was."""
    page.evaluate("() => document.activeElement && document.activeElement.blur()")
    walked: list[str] = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        walked.append(page.evaluate(_FOCUSED))
        if len(walked) > 3 and not walked[-1]:
            break
    return walked


def list_barriers(page) -> list[str]:
    """List the serious findings of axe-core: rule, what is wrong, the first places."""
    package = find_spec("axe_playwright_python")
    script = Path(package.submodule_search_locations[0]) / "axe.min.js"
    # a script in the page would be refused by a strict policy; the page is asked from outside instead
    code = base64.b64encode(script.read_bytes()).decode()
    page.evaluate(
        "(code) => { if (!window.axe) (0, eval)(new TextDecoder().decode("
        "Uint8Array.from(atob(code), (c) => c.charCodeAt(0)))); }",
        code,
    )
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)")
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: "
        + " | ".join(node["html"][:160] + " @ " + str(node["target"]) for node in one["nodes"][:3])
        for one in found
        if one["impact"] in _GRAVE
    ]
