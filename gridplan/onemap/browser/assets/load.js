// Starts the map in a page of the app: script and style are fetched once, from the server of the page.

const styles = new Set();

function addStyle(url) {
  if (styles.has(url)) return Promise.resolve();
  styles.add(url);
  return new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = location.origin + url;
    link.onload = link.onerror = resolve;
    document.head.appendChild(link);
  });
}

export default function (component) {
  const { data } = component;
  let end = null;
  let ended = false;
  Promise.all([import(location.origin + data.script), addStyle(data.style)]).then(([module]) => {
    if (!ended) end = module.mount(component);
  });
  return () => {
    ended = true;
    if (end) end();
  };
}
