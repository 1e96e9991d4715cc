// In the app: what is shown comes from the server that the page came from.

const mounted = new WeakMap();

export function mount(component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  let one = mounted.get(parentElement);
  if (!one) {
    one = { urls: {} };
    const fetchBlob = async (digest) => {
      const answer = await fetch(location.origin + one.urls[digest]);
      if (answer.ok) return answer.arrayBuffer();
      // the server has forgotten it: it is asked once to offer it anew
      if (!one.begged) one.tell("lost", { nonce: Date.now() });
      one.begged = true;
      throw new Error(`${answer.status}`);
    };
    const box = parentElement.querySelector(".gridplan-map");
    one.map = new OneMap(box, fetchBlob, (pick) => {
      if (pick) one.keep("pick", { ...pick, nonce: Date.now() });
    });
    mounted.set(parentElement, one);
  }
  one.tell = setTriggerValue;
  one.keep = setStateValue;
  Object.assign(one.urls, data.urls);
  // the function is called again on every run: the same picture is not laid out anew
  if (one.key !== data.key) {
    one.key = data.key;
    one.map.update(data.config).then(
      () => (one.begged = false),
      () => (one.key = null),
    );
  }
  if (one.chosen !== data.chosen) {
    one.chosen = data.chosen;
    one.map.mark(data.chosen);
  }
  const focus = JSON.stringify(data.focus);
  if (one.focus !== focus) {
    one.focus = focus;
    one.map.focus(data.focus);
  }
  return () => {
    one.map.destroy();
    mounted.delete(parentElement);
  };
}
