// What stands round the map: legend, layers, search, scale, north, stamp. Words come with the data and are
// written as text, never as markup.

function add(parent, tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  parent.appendChild(element);
  return element;
}

let serial = 0;

function addButton(parent, name, sign, label, act) {
  const button = add(parent, "button", name, sign);
  button.type = "button";
  button.title = label;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  return button;
}

function writeTools(box, words, acts) {
  box.replaceChildren();
  addButton(box, "om-tool", "+", words.zoom_in, acts.zoomIn);
  addButton(box, "om-tool", "−", words.zoom_out, acts.zoomOut);
  addButton(box, "om-tool om-fit", "⤢", words.fit, acts.fit);
}

function writeNorth(box, words) {
  const space = "http://www.w3.org/2000/svg";
  const arrow = document.createElementNS(space, "svg");
  arrow.setAttribute("viewBox", "0 0 24 34");
  arrow.setAttribute("aria-hidden", "true");
  for (const [shape, colour] of [["M12 1 L4 25 L12 20 Z", "#2b3038"], ["M12 1 L20 25 L12 20 Z", "#ffffff"]]) {
    const half = document.createElementNS(space, "path");
    half.setAttribute("d", shape);
    half.setAttribute("fill", colour);
    half.setAttribute("stroke", "#2b3038");
    arrow.appendChild(half);
  }
  box.replaceChildren(arrow);
  add(box, "span", "", words.north);
}

function writeImprint(box, imprint, words, attribution) {
  box.replaceChildren();
  const told = [
    imprint.source && `${words.source}${imprint.source}`,
    imprint.date && `${words.date}${imprint.date}`,
    attribution,
  ];
  for (const text of told.filter(Boolean)) add(box, "span", "", text);
  // a number is given by the authority: until then there is room to write it
  const review = add(box, "span", "", words.review);
  add(review, "span", "om-slot", imprint.review_number);
}

// A toggle for each layer that can be seen, in the order of the legend.
function writeLayers(box, layers, words, shown, change) {
  box.replaceChildren();
  add(box, "summary", "", words.layers);
  for (const [id, title] of layers) {
    const label = add(box, "label", "");
    const check = add(label, "input", "");
    check.type = "checkbox";
    check.checked = shown(id);
    check.dataset.layer = id;
    check.addEventListener("change", () => change(id, check.checked));
    add(label, "span", "", title);
  }
}

function writeLegend(box, config, shown, strength, unclassed) {
  box.replaceChildren();
  if (config.figures.length) {
    const part = addLegendPart(box, "");
    for (const [label, value] of config.figures) {
      const row = add(part, "li", "om-figure");
      add(row, "span", "", label);
      add(row, "b", "", value);
    }
  }
  if (shown("areas") && config.areas.legend.length) {
    const part = addLegendPart(box, config.areas.legend_title);
    // a class without a label looks like the one before it to a reader
    for (const swatch of config.areas.legend.filter(({ label }) => label)) addLegendRow(part, drawSwatch(swatch, strength), swatch);
    if (unclassed) addLegendRow(part, drawSwatch(NO_SWATCH, strength), { ...NO_SWATCH, label: config.words.no_class });
  }
  if (config.lines.length) {
    const part = addLegendPart(box, "");
    for (const line of config.lines) addLegendRow(part, drawLineSwatch(line), line);
  }
  for (const layer of config.points) {
    if (!shown(layer.id)) continue;
    const part = addLegendPart(box, layer.title);
    for (const swatch of layer.legend) {
      addLegendRow(part, drawPointSwatch(layer.shape, swatch, 20), swatch);
    }
  }
  if (config.heat && shown("heat")) {
    const part = addLegendPart(box, config.heat.title);
    const row = add(part, "li", "om-heat-row");
    add(row, "span", "", config.words.low);
    add(row, "span", "om-heat").setAttribute("aria-hidden", "true");
    add(row, "span", "", config.words.high);
  }
}

function addLegendPart(box, title) {
  if (title) add(box, "p", "om-legend-title", title);
  return add(box, "ul", "om-legend-list");
}

function addLegendRow(list, sign, swatch) {
  const row = add(list, "li", "");
  sign.setAttribute("aria-hidden", "true");
  row.appendChild(sign);
  if (swatch.letter) add(row, "b", "om-letter", swatch.letter);
  add(row, "span", "", swatch.label);
}

// Search by code or name: the way to an area without a pointer.
function writeSearch(box, words, options, choose) {
  box.replaceChildren();
  const id = `om-find-${++serial}`;
  const label = add(box, "label", "", words.find);
  label.htmlFor = id;
  const input = add(box, "input", "");
  input.id = id;
  input.type = "search";
  input.autocomplete = "off";
  input.setAttribute("list", `${id}-list`);
  const list = add(box, "datalist", "");
  list.id = `${id}-list`;
  input.addEventListener("focus", () => {
    if (list.childElementCount) return;
    for (const text of options()) add(list, "option", "").value = text;
  });
  const find = () => {
    if (input.value.trim()) input.setAttribute("aria-invalid", String(!choose(input.value.trim())));
    else input.removeAttribute("aria-invalid");
  };
  input.addEventListener("change", find);
  input.addEventListener("keydown", (event) => event.key === "Enter" && find());
}

function writeScale(box, metresPerPixel, words) {
  const wish = metresPerPixel * 130;
  const power = 10 ** Math.floor(Math.log10(wish));
  const length = [5, 2, 1].map((n) => n * power).find((n) => n <= wish);
  box.style.width = `${length / metresPerPixel}px`;
  box.textContent = length < 1000 ? `${length} ${words.metres}` : `${length / 1000} ${words.km}`;
}

function writeTip(box, lines) {
  box.replaceChildren(
    ...lines.map((line, n) => {
      const row = document.createElement("div");
      row.textContent = line;
      if (n === 0) row.className = "om-tip-head";
      return row;
    }),
  );
}
