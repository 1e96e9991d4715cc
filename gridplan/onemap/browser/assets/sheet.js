// A canvas that covers the map and a margin around it; it is painted when the map has come to rest.

const MARGIN = 0.25;

const Sheet = L.Layer.extend({
  initialize(pane, paint) {
    this.paneName = pane;
    this.paint = paint;
  },

  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "om-sheet leaflet-zoom-animated", map.getPane(this.paneName));
    this.canvas.setAttribute("aria-hidden", "true");
    this.draw();
  },

  onRemove() {
    this.canvas.remove();
  },

  getEvents() {
    const events = { viewreset: this.draw, moveend: this.draw, resize: this.draw, move: this.drawWhenBare, zoom: this.follow };
    if (this._map.options.zoomAnimation) events.zoomanim = this.animate;
    return events;
  },

  animate(event) {
    this.place(event.zoom, event.center);
  },

  follow() {
    this.place(this._map.getZoom(), this._map.getCenter());
  },

  place(zoom, center) {
    if (!this.corner) return;
    const offset = this._map._latLngToNewLayerPoint(this.corner, zoom, center);
    L.DomUtil.setTransform(this.canvas, offset, this._map.getZoomScale(zoom, this.zoom));
  },

  // a long drag leaves the margin: what lies there is painted on the way
  drawWhenBare() {
    if (this.zoom !== this._map.getZoom() || !this.covered) return;
    const shown = this._map.getPixelBounds();
    if (!this.covered.contains(shown)) this.draw();
  },

  draw() {
    const map = this._map;
    if (!map) return;
    const size = map.getSize();
    if (!size.x || !size.y) return;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const topLeft = map.containerPointToLayerPoint(size.multiplyBy(-MARGIN)).round();
    const full = size.multiplyBy(1 + 2 * MARGIN).round();
    const corner = map.getPixelOrigin().add(topLeft);
    this.zoom = map.getZoom();
    this.corner = map.unproject(corner, this.zoom);
    this.covered = L.bounds(corner, corner.add(full));
    const [width, height] = [Math.round(full.x * ratio), Math.round(full.y * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.width = `${full.x}px`;
      this.canvas.style.height = `${full.y}px`;
    }
    L.DomUtil.setTransform(this.canvas, topLeft, 1);
    const pen = this.canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.scale(ratio, ratio);
    pen.lineJoin = pen.lineCap = "round";
    this.paint(pen, makeView(map, corner, full, this.zoom, ratio));
  },
});

// How world coordinates lie on a canvas whose corner is a pixel of a zoom.
function makeView(map, corner, size, zoom, ratio) {
  const k = 2 ** zoom;
  const x0 = corner.x / k;
  const y0 = corner.y / k;
  return {
    k,
    x0,
    y0,
    ratio,
    left: corner.x,
    top: corner.y,
    width: size.x,
    height: size.y,
    frame: { x0, y0, x1: x0 + size.x / k, y1: y0 + size.y / k },
    metresPerPixel: measurePixel(map, zoom),
  };
}

const EARTH_M = 40075016.7;

function measurePixel(map, zoom) {
  if (map.options.crs === L.CRS.Simple) return 2 ** -zoom;
  const parallel = Math.cos((map.getCenter().lat * Math.PI) / 180);
  return (EARTH_M * parallel) / (256 * 2 ** zoom);
}

// Footprints are painted tile by tile, a few in each frame: the map can be moved meanwhile.
const CHUNK = 64;
const FRAME_MS = 7;

const BuildingTiles = L.GridLayer.extend({
  waiting: [],

  setShapes(shapes) {
    this.shapes = shapes;
    this.chunks = shapes ? boxChunks(shapes) : null;
    this.redraw();
  },

  onRemove(map) {
    cancelAnimationFrame(this.frame);
    L.GridLayer.prototype.onRemove.call(this, map);
  },

  createTile(coords, done) {
    const side = this.getTileSize();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const tile = makeCanvas(side.x * ratio, side.y * ratio);
    if (!this.waiting.length) this.frame = requestAnimationFrame(() => this.work());
    this.waiting = [...this.waiting, { tile, coords, side, ratio, done }];
    return tile;
  },

  work() {
    const until = performance.now() + FRAME_MS;
    while (this.waiting.length && performance.now() < until) {
      const { tile, coords, side, ratio, done } = this.waiting.shift();
      if (this._map && this.shapes && this._tiles[this._tileCoordsToKey(coords)]) this.paint(tile, coords, side, ratio);
      done(null, tile);
    }
    if (this.waiting.length) this.frame = requestAnimationFrame(() => this.work());
  },

  paint(tile, coords, side, ratio) {
    const { shapes, chunks } = this;
    const pen = tile.getContext("2d");
    pen.scale(ratio, ratio);
    const view = makeView(this._map, coords.scaleBy(side), side, coords.z, ratio);
    const { frame } = view;
    pen.fillStyle = "rgba(88, 90, 98, 0.42)";
    pen.strokeStyle = "rgba(60, 62, 70, 0.6)";
    pen.lineWidth = 0.7;
    for (let c = 0; 4 * c < chunks.length; c++) {
      const at = 4 * c;
      if (chunks[at] > frame.x1 || chunks[at + 2] < frame.x0 || chunks[at + 1] > frame.y1 || chunks[at + 3] < frame.y0) continue;
      // a path of neighbours only: one of all footprints is many times slower to fill
      pen.beginPath();
      const end = Math.min(shapes.length, (c + 1) * CHUNK);
      for (let shape = c * CHUNK; shape < end; shape++) {
        if (shapes.touches(shape, frame)) traceFootprint(pen, view, shapes, shape);
      }
      pen.fill();
      if (view.metresPerPixel < 1.3) pen.stroke();
    }
  },
});

// What is smaller than a few pixels is drawn as its box.
const BOX_PX = 5;

function traceFootprint(pen, view, shapes, shape) {
  const at = 4 * shape;
  const width = (shapes.box[at + 2] - shapes.box[at]) * view.k;
  const height = (shapes.box[at + 3] - shapes.box[at + 1]) * view.k;
  if (width + height > 2 * BOX_PX) {
    shapes.trace(pen, view, shape, true);
    return;
  }
  pen.rect((shapes.box[at] - view.x0) * view.k, (shapes.box[at + 1] - view.y0) * view.k, width, height);
}

// Footprints come in an order in which neighbours follow each other: a box a run is an index.
function boxChunks(shapes) {
  const boxes = new Float64Array(4 * Math.ceil(shapes.length / CHUNK));
  for (let c = 0; 4 * c < boxes.length; c++) {
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let shape = c * CHUNK; shape < Math.min(shapes.length, (c + 1) * CHUNK); shape++) {
      const at = 4 * shape;
      x0 = Math.min(x0, shapes.box[at]);
      y0 = Math.min(y0, shapes.box[at + 1]);
      x1 = Math.max(x1, shapes.box[at + 2]);
      y1 = Math.max(y1, shapes.box[at + 3]);
    }
    boxes.set([x0, y0, x1, y1], 4 * c);
  }
  return boxes;
}
