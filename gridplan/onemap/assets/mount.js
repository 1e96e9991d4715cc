// In the app: what is shown comes from the server that the page came from.

const mounted = new WeakMap();

export function mount(component) {
  const { data, parentElement, setTriggerValue } = component;
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
    one.map = new OneMap(parentElement.querySelector(".gridplan-map"), fetchBlob, (pick) => {
      if (pick) one.tell("pick", { ...pick, nonce: Date.now() });
    });
    mounted.set(parentElement, one);
  }
  one.tell = setTriggerValue;
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
  return () => {
    one.map.destroy();
    mounted.delete(parentElement);
  };
}
