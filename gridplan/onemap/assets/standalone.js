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
window.addEventListener("beforeprint", () => oneMap.fit());
