// Colours, patterns and symbols.

const INK = "#2b3038";
const HALO = "rgba(255, 255, 255, 0.92)";
const CHOSEN = "#0b57d0";
const NO_SWATCH = { colour: "#e9ebe6", pattern: "", letter: "" };
const FONT = '"Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

function makeCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function darken(colour, share) {
  const value = parseInt(colour.slice(1), 16);
  const parts = [value >> 16, (value >> 8) & 255, value & 255].map((part) => Math.round(part * (1 - share)));
  return `rgb(${parts.join(",")})`;
}

function lightness(colour) {
  const value = parseInt(colour.slice(1), 16);
  return (0.299 * (value >> 16) + 0.587 * ((value >> 8) & 255) + 0.114 * (value & 255)) / 255;
}

// One tile of a pattern, side by side with itself in both directions.
const PATTERN_TILES = {
  lines: (pen, s) => {
    pen.moveTo(-1, s + 1);
    pen.lineTo(s + 1, -1);
    pen.moveTo(-1, 1);
    pen.lineTo(1, -1);
    pen.moveTo(s - 1, s + 1);
    pen.lineTo(s + 1, s - 1);
  },
  cross: (pen, s) => {
    PATTERN_TILES.lines(pen, s);
    pen.moveTo(-1, -1);
    pen.lineTo(s + 1, s + 1);
    pen.moveTo(-1, s - 1);
    pen.lineTo(1, s + 1);
    pen.moveTo(s - 1, -1);
    pen.lineTo(s + 1, 1);
  },
  grid: (pen, s) => {
    pen.moveTo(s / 2, -1);
    pen.lineTo(s / 2, s + 1);
    pen.moveTo(-1, s / 2);
    pen.lineTo(s + 1, s / 2);
  },
  dots: (pen, s) => {
    for (const [x, y] of [[0.25, 0.25], [0.75, 0.75]]) {
      pen.moveTo(x * s + 1.1, y * s);
      pen.arc(x * s, y * s, 1.1, 0, 2 * Math.PI);
    }
  },
};
const TILE_SIDE = 8;
const patternTiles = new Map();

function makePatternTile(name, colour, ratio) {
  const key = `${name}${colour}${ratio}`;
  if (!patternTiles.has(key)) {
    const side = Math.round(TILE_SIDE * ratio);
    const tile = makeCanvas(side, side);
    const pen = tile.getContext("2d");
    pen.scale(side / TILE_SIDE, side / TILE_SIDE);
    pen.strokeStyle = pen.fillStyle = darken(colour, lightness(colour) > 0.45 ? 0.34 : 0.5);
    pen.globalAlpha = 0.75;
    pen.lineWidth = 1;
    pen.beginPath();
    PATTERN_TILES[name](pen, TILE_SIDE);
    if (name === "dots") pen.fill();
    else pen.stroke();
    patternTiles.set(key, tile);
  }
  return patternTiles.get(key);
}

// Fill the pen's path with a class; patterns stay where they are on the ground when the map is moved.
function fillClass(pen, swatch, ratio, left, top) {
  pen.fillStyle = swatch.colour;
  pen.fill();
  if (!swatch.pattern) return;
  const tile = makePatternTile(swatch.pattern, swatch.colour, ratio);
  const pattern = pen.createPattern(tile, "repeat");
  const side = tile.width / ratio;
  pattern.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio, -(left % side), -(top % side)]));
  pen.fillStyle = pattern;
  pen.fill();
}

const SYMBOLS = {
  circle: (pen, r) => pen.arc(0, 0, r, 0, 2 * Math.PI),
  square: (pen, r) => pen.rect(-0.88 * r, -0.88 * r, 1.76 * r, 1.76 * r),
  diamond: (pen, r) => tracePolygon(pen, [[0, -1.25 * r], [1.25 * r, 0], [0, 1.25 * r], [-1.25 * r, 0]]),
  triangle: (pen, r) => tracePolygon(pen, [[0, -1.2 * r], [1.15 * r, 0.85 * r], [-1.15 * r, 0.85 * r]]),
};

function tracePolygon(pen, points) {
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}

function drawSymbol(pen, shape, swatch, radius, lettered) {
  pen.beginPath();
  SYMBOLS[shape](pen, radius);
  pen.lineJoin = "round";
  pen.lineWidth = lettered ? 3 : 1.6;
  pen.strokeStyle = "#ffffff";
  pen.stroke();
  pen.fillStyle = swatch.colour;
  pen.fill();
  pen.lineWidth = 0.8;
  pen.strokeStyle = darken(swatch.colour, 0.45);
  pen.stroke();
  if (!lettered || !swatch.letter) return;
  pen.fillStyle = lightness(swatch.colour) > 0.62 ? "#1c2026" : "#ffffff";
  pen.font = `600 ${Math.round(radius * 1.25)}px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(swatch.letter, 0, shape === "triangle" ? radius * 0.22 : radius * 0.06);
}

// A symbol drawn once: thousands of them are then copied.
function makeStamp(shape, swatch, radius, lettered, ratio) {
  const half = Math.ceil(radius * 1.3 + 3);
  const canvas = makeCanvas(2 * half * ratio, 2 * half * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.translate(half, half);
  drawSymbol(pen, shape, swatch, radius, lettered);
  return { canvas, half };
}

// A legend's sign of an area class.
function drawSwatch(swatch, strength) {
  const [width, height] = [26, 16];
  const ratio = Math.max(2, window.devicePixelRatio || 1);
  const canvas = makeCanvas(width * ratio, height * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.beginPath();
  pen.rect(0, 0, width, height);
  pen.globalAlpha = strength;
  fillClass(pen, swatch, ratio, 0, 0);
  pen.globalAlpha = 1;
  pen.strokeStyle = "rgba(40, 45, 52, 0.45)";
  pen.lineWidth = 1;
  pen.strokeRect(0.5, 0.5, width - 1, height - 1);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return canvas;
}

// A legend's sign of a line.
function drawLineSwatch(line) {
  const [width, height] = [26, 16];
  const ratio = Math.max(2, window.devicePixelRatio || 1);
  const canvas = makeCanvas(width * ratio, height * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  styleLine(pen, line, 1);
  pen.beginPath();
  pen.moveTo(0, height / 2);
  pen.lineTo(width, height / 2);
  pen.stroke();
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return canvas;
}

function styleLine(pen, line, scale) {
  pen.lineWidth = line.width * scale;
  pen.strokeStyle = line.colour;
  pen.setLineDash(line.dashed ? [3.2 * pen.lineWidth, 1.8 * pen.lineWidth] : []);
}

function drawPointSwatch(shape, swatch, side) {
  const ratio = Math.max(2, window.devicePixelRatio || 1);
  const canvas = makeCanvas(side * ratio, side * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.translate(side / 2, side / 2);
  drawSymbol(pen, shape, swatch, side * 0.34, false);
  canvas.style.width = canvas.style.height = `${side}px`;
  return canvas;
}
