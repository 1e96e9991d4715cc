// What is painted on the sheets, from the ground up.

// Streets by rank: least width [px], width on the ground [m], seen from so many metres a pixel.
const STREETS = {
  1: { least: 1.8, metres: 13, from: Infinity, casing: "#a89f92" },
  2: { least: 1.1, metres: 7, from: 24, casing: "#bdb5a9" },
  3: { least: 0.8, metres: 3.5, from: 6, casing: "#cdc7bd" },
};
const WIDEST_STREET = 18;
const FAR_STREETS = 5.5;

// A path of all shapes is many times slower to fill or to stroke than a path of some.
const AT_ONCE = 24;

function paintParts(pen, view, shapes, members, closed, act) {
  for (let from = 0; from < members.length; from += AT_ONCE) {
    pen.beginPath();
    for (const shape of members.slice(from, from + AT_ONCE)) shapes.trace(pen, view, shape, closed);
    act();
  }
}

function listTouching(shapes, view) {
  const found = [];
  for (let shape = 0; shape < shapes.length; shape++) if (shapes.touches(shape, view.frame)) found.push(shape);
  return found;
}

function paintAreas(pen, view, state) {
  const { areas, values, config } = state;
  pen.beginPath();
  state.ground.geometry.trace(pen, view, 0, true);
  pen.fillStyle = config.tiles && state.shows("tiles") ? "rgba(255, 255, 255, 0.25)" : "#fbfbf8";
  pen.fill();
  if (!state.shows("areas")) return;
  pen.globalAlpha = chooseStrength(state);
  const byClass = new Map();
  for (const i of listTouching(areas.geometry, view)) {
    const one = values.classes[i];
    if (!byClass.has(one)) byClass.set(one, []);
    byClass.get(one).push(i);
  }
  for (const [one, members] of byClass) {
    const swatch = config.areas.legend[one] ?? NO_SWATCH;
    const fill = () => fillClass(pen, swatch, view.ratio, view.left, view.top);
    paintParts(pen, view, areas.geometry, members, true, fill);
  }
  pen.globalAlpha = 1;
}

// Areas step back where things, heat or a base map are to be seen with them; the legend does the same.
function chooseStrength(state) {
  const { config } = state;
  if (config.heat && state.shows("heat")) return 0.4;
  if (config.points.some((layer) => state.shows(layer.id))) return 0.55;
  return config.tiles && state.shows("tiles") ? 0.62 : 1;
}

function paintStreets(pen, view, streets) {
  const { geometry, ranks } = streets;
  const drawn = [3, 2, 1].filter((rank) => view.metresPerPixel < STREETS[rank].from);
  const members = listTouching(geometry, view);
  // from afar streets are hairs, so that the colours of the areas are seen and not the net
  const afar = view.metresPerPixel > FAR_STREETS;
  for (const part of afar ? ["road"] : ["casing", "road"]) {
    for (const rank of drawn) {
      const style = STREETS[rank];
      const wished = Math.max(style.least, style.metres / view.metresPerPixel);
      const width = afar ? style.least * 0.7 : Math.min(WIDEST_STREET, wished);
      pen.lineWidth = part === "casing" ? width + (width > 3 ? 1.6 : 1) : width;
      pen.strokeStyle = part === "casing" ? style.casing : afar ? "rgba(255, 255, 255, 0.75)" : "#ffffff";
      const own = members.filter((i) => ranks[i] === rank);
      paintParts(pen, view, geometry, own, false, () => pen.stroke());
    }
  }
}

function strokeShapes(pen, view, shapes, width, colour) {
  pen.lineWidth = width;
  pen.strokeStyle = colour;
  pen.lineJoin = width > 1 ? "round" : "bevel";
  paintParts(pen, view, shapes, listTouching(shapes, view), true, () => pen.stroke());
  pen.lineJoin = "round";
}

function paintBorders(pen, view, state) {
  const fine = Math.sqrt(typicalArea(state.areas.geometry)) * view.k; // side of a usual area [px]
  const width = fine < 12 ? 0.4 : fine < 40 ? 0.7 : fine < 100 ? 1 : 1.5;
  const { bordered } = state.config.areas;
  if (bordered && fine >= 100) strokeShapes(pen, view, state.areas.geometry, width + 1.6, "rgba(255, 255, 255, 0.6)");
  if (bordered) strokeShapes(pen, view, state.areas.geometry, width, fine < 12 ? "rgba(60, 64, 72, 0.55)" : "rgba(60, 64, 72, 0.8)");
  if (state.outlines) {
    const bold = view.metresPerPixel > 12 ? 1.3 : 2.2;
    strokeShapes(pen, view, state.outlines.geometry, bold + 2, "rgba(255, 255, 255, 0.55)");
    strokeShapes(pen, view, state.outlines.geometry, bold, INK);
  }
  strokeShapes(pen, view, state.ground.geometry, 1.6, INK);
  state.lines.forEach(({ geometry }, n) => {
    styleLine(pen, state.config.lines[n], 1.2);
    paintParts(pen, view, geometry, listTouching(geometry, view), false, () => pen.stroke());
    pen.setLineDash([]);
  });
}

function typicalArea(shapes) {
  if (shapes.typical === undefined) {
    const sizes = [];
    for (let at = 0; at < shapes.box.length; at += 4) {
      sizes.push((shapes.box[at + 2] - shapes.box[at]) * (shapes.box[at + 3] - shapes.box[at + 1]));
    }
    shapes.typical = sizes.sort((a, b) => a - b)[sizes.length >> 1] ?? 0;
  }
  return shapes.typical;
}

// Places that are taken by words already.
class Room {
  constructor() {
    this.taken = [];
  }

  take(x0, y0, x1, y1) {
    if (this.taken.some((box) => x0 < box[2] && x1 > box[0] && y0 < box[3] && y1 > box[1])) return false;
    this.taken.push([x0, y0, x1, y1]);
    return true;
  }
}

function writeWord(pen, text, x, y) {
  pen.strokeText(text, x, y);
  pen.fillText(text, x, y);
}

function paintLabels(pen, view, state, room) {
  const { geometry, spots } = state.areas;
  const { labels } = state.values;
  const { box } = geometry;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.strokeStyle = HALO;
  pen.lineWidth = 3.2;
  pen.fillStyle = INK;
  for (const i of state.labelOrder) {
    if (!labels[i] || !geometry.touches(i, view.frame)) continue;
    const wide = (box[4 * i + 2] - box[4 * i]) * view.k;
    const high = (box[4 * i + 3] - box[4 * i + 1]) * view.k;
    if (wide < 22 || high < 13) continue;
    const size = Math.min(wide, high) > 160 ? 13.5 : Math.min(wide, high) > 60 ? 12.5 : 11;
    pen.font = `500 ${size}px ${FONT}`;
    const lines = labels[i].split("\n");
    const width = Math.max(...lines.map((line) => pen.measureText(line).width));
    const height = lines.length * size * 1.25;
    if (width > wide * 0.96 || height > high * 0.96) continue;
    const x = (spots.x[i] - view.x0) * view.k;
    const y = (spots.y[i] - view.y0) * view.k;
    if (!holdsBox(geometry, i, spots.x[i], spots.y[i], width / 2 / view.k, (height * 0.38) / view.k)) continue;
    if (!room.take(x - width / 2 - 2, y - height / 2, x + width / 2 + 2, y + height / 2)) continue;
    lines.forEach((line, n) => writeWord(pen, line, x, y + (n - (lines.length - 1) / 2) * size * 1.25));
  }
}

// Whether a label lies inside its area: its corners and the middles of its long sides do.
function holdsBox(geometry, shape, x, y, halfWide, halfHigh) {
  for (const across of [-1, 0, 1]) {
    for (const down of [-1, 1]) {
      if (!geometry.contains(shape, x + across * halfWide, y + down * halfHigh)) return false;
    }
  }
  return true;
}

// Street names stand along the longest straight piece of the street in sight.
function paintStreetNames(pen, view, streets, room) {
  const { geometry, ranks, names, name } = streets;
  const named = new Map();
  pen.font = `11px ${FONT}`;
  pen.strokeStyle = HALO;
  pen.lineWidth = 3;
  pen.fillStyle = "#5a5148";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (let i = 0; i < geometry.length; i++) {
    if (name[i] < 0 || view.metresPerPixel >= STREETS[ranks[i]].from / 2) continue;
    if (!geometry.touches(i, view.frame)) continue;
    const piece = findLongest(geometry, i, view);
    const best = named.get(name[i]);
    if (!best || piece.length > best.length) named.set(name[i], piece);
  }
  for (const [which, piece] of named) {
    const width = pen.measureText(names[which]).width;
    if (width + 6 > piece.length) continue;
    const flat = Math.abs(Math.cos(piece.angle)) * width + 12;
    const tall = Math.abs(Math.sin(piece.angle)) * width + 12;
    if (!room.take(piece.x - flat / 2, piece.y - tall / 2, piece.x + flat / 2, piece.y + tall / 2)) continue;
    pen.save();
    pen.translate(piece.x, piece.y);
    pen.rotate(piece.angle);
    writeWord(pen, names[which], 0, 0);
    pen.restore();
  }
}

function findLongest(geometry, shape, view) {
  const { k, x0, y0 } = view;
  const start = geometry.ringStart[geometry.shapeStart[shape]];
  const end = geometry.ringStart[geometry.shapeStart[shape + 1]];
  const best = { length: 0, x: 0, y: 0, angle: 0 };
  // a street bends little by little: pieces are joined while they go on in nearly the same direction
  let from = start;
  for (let i = start + 1; i < end; i++) {
    const dx = (geometry.x[i] - geometry.x[from]) * k;
    const dy = (geometry.y[i] - geometry.y[from]) * k;
    const length = Math.hypot(dx, dy);
    const onward = i + 1 < end && goesOn(geometry, from, i, i + 1);
    if (length > best.length) {
      const turned = Math.atan2(dy, dx);
      best.length = length;
      best.angle = Math.abs(turned) > Math.PI / 2 ? turned - Math.sign(turned) * Math.PI : turned;
      best.x = (geometry.x[from] - x0) * k + dx / 2;
      best.y = (geometry.y[from] - y0) * k + dy / 2;
    }
    if (!onward) from = i;
  }
  return best;
}

function goesOn(geometry, a, b, c) {
  const before = Math.atan2(geometry.y[b] - geometry.y[a], geometry.x[b] - geometry.x[a]);
  const after = Math.atan2(geometry.y[c] - geometry.y[b], geometry.x[c] - geometry.x[b]);
  const turn = Math.abs(before - after);
  return Math.min(turn, 2 * Math.PI - turn) < 0.12;
}

function choosePointRadius(metresPerPixel, count, size) {
  const crowded = count * 400 > size.x * size.y ? 0.75 : 1;
  if (metresPerPixel > 12) return 3.4 * crowded;
  if (metresPerPixel > 5) return 4.4 * crowded;
  if (metresPerPixel > 2) return 5.6;
  return metresPerPixel > 0.9 ? 7.5 : 9.5;
}

// All things in the order in which they are drawn: by their height, then by layer, then as they come.
function orderPoints(layers) {
  const order = [];
  layers.forEach(({ spots, heights }, layer) => {
    for (let index = 0; index < spots.length; index++) order.push({ layer, index, height: heights ? heights[index] : 0 });
  });
  return order.sort((a, b) => a.height - b.height);
}

function paintPoints(pen, view, state) {
  const stamps = state.points.map(({ spots }, layer) => {
    const { legend, shape } = state.config.points[layer];
    const radius = choosePointRadius(view.metresPerPixel, spots.length, state.map.getSize());
    return legend.map((swatch) => makeStamp(shape, swatch, radius, radius > 7, view.ratio));
  });
  const shown = state.config.points.map((layer) => state.shows(layer.id));
  for (const { layer, index } of state.pointOrder) {
    if (!shown[layer]) continue;
    const { spots, classes } = state.points[layer];
    const stamp = stamps[layer][classes[index]];
    const x = (spots.x[index] - view.x0) * view.k;
    const y = (spots.y[index] - view.y0) * view.k;
    if (!stamp || x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) continue;
    pen.drawImage(stamp.canvas, x - stamp.half, y - stamp.half, 2 * stamp.half, 2 * stamp.half);
  }
}

// Heat: a density over the ground, reckoned once, so that colours do not change when the map is moved.
const HEAT_COLOURS = [[255, 237, 160], [254, 178, 76], [240, 59, 32], [158, 1, 66]];
const HEAT_CELLS = 700;

function makeHeat(layer, radius, projection, metresPerUnit) {
  const { spots, weight } = layer;
  if (!spots.length) return null;
  const reach = radius / metresPerUnit;
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < spots.length; i++) {
    x0 = Math.min(x0, spots.x[i]);
    y0 = Math.min(y0, spots.y[i]);
    x1 = Math.max(x1, spots.x[i]);
    y1 = Math.max(y1, spots.y[i]);
  }
  const cell = Math.max(reach / 6, Math.max(x1 - x0, y1 - y0) / HEAT_CELLS);
  [x0, y0] = [x0 - reach, y0 - reach];
  const columns = Math.ceil((x1 + reach - x0) / cell) + 1;
  const rows = Math.ceil((y1 + reach - y0) / cell) + 1;
  const density = new Float32Array(columns * rows);
  const span = Math.ceil(reach / cell);
  for (let i = 0; i < spots.length; i++) {
    const [cx, cy] = [(spots.x[i] - x0) / cell, (spots.y[i] - y0) / cell];
    for (let row = Math.max(0, Math.floor(cy) - span); row <= Math.min(rows - 1, cy + span); row++) {
      for (let column = Math.max(0, Math.floor(cx) - span); column <= Math.min(columns - 1, cx + span); column++) {
        const far = ((column + 0.5 - cx) ** 2 + (row + 0.5 - cy) ** 2) * (cell / reach) ** 2;
        if (far < 1) density[row * columns + column] += weight[i] * (1 - far) ** 2;
      }
    }
  }
  return { picture: colourHeat(density, columns, rows), x0, y0, width: columns * cell, height: rows * cell };
}

function colourHeat(density, columns, rows) {
  const most = density.reduce((a, b) => Math.max(a, b), 0);
  const picture = makeCanvas(columns, rows);
  const pen = picture.getContext("2d");
  const image = pen.createImageData(columns, rows);
  for (let i = 0; i < density.length; i++) {
    const share = density[i] / most;
    if (share < 0.02) continue;
    const at = Math.min(HEAT_COLOURS.length - 1.001, share * (HEAT_COLOURS.length - 1));
    const [low, high, part] = [HEAT_COLOURS[at | 0], HEAT_COLOURS[(at | 0) + 1], at % 1];
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = low[c] + (high[c] - low[c]) * part;
    image.data[4 * i + 3] = 255 * Math.min(0.78, 0.12 + share * 1.6);
  }
  pen.putImageData(image, 0, 0);
  return picture;
}

function paintHeat(pen, view, heat, ground) {
  pen.save();
  pen.beginPath();
  ground.trace(pen, view, 0, true);
  pen.clip();
  pen.imageSmoothingEnabled = true;
  pen.imageSmoothingQuality = "high";
  const { picture, x0, y0, width, height } = heat;
  pen.drawImage(picture, (x0 - view.x0) * view.k, (y0 - view.y0) * view.k, width * view.k, height * view.k);
  pen.restore();
}
