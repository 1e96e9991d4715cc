// A file of its own: all that is shown stands in the page.

const page = JSON.parse(document.getElementById("gridplan-data").textContent);

async function readInline(digest) {
  const text = atob(page.blobs[digest]);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

const oneMap = new OneMap(document.getElementById("gridplan-map"), readInline, () => {});
oneMap.update(page.config);

// On paper the map keeps the size in pixels that it has on the screen, zoomed to an A4 sheet across: a browser
// does not wait for a map to be painted anew.
const SHEET_PX = [1056, 656];
const mapBox = document.getElementById("gridplan-map");

new ResizeObserver(() => {
  const sides = [mapBox.clientWidth, mapBox.clientHeight];
  if (!sides[0] || matchMedia("print").matches) return;
  mapBox.style.setProperty("--om-width", `${sides[0]}px`);
  mapBox.style.setProperty("--om-height", `${sides[1]}px`);
  mapBox.style.setProperty("--om-zoom", Math.min(SHEET_PX[0] / sides[0], SHEET_PX[1] / sides[1]));
}).observe(mapBox);
