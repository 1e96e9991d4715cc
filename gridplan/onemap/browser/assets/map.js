// The map itself: the same one in the app and in a file of its own.

const PANES = [["om-under", 210], ["om-buildings", 220], ["om-over", 230], ["om-mark", 240]];
const FEW_BUILDINGS = 20000;
const CRS = { mercator: () => L.CRS.EPSG3857, plane: () => L.CRS.Simple };

class OneMap {
  // `load` fetches a blob by its digest; `onPick` is told what was chosen.
  constructor(box, load, onPick) {
    this.box = box;
    this.load = load;
    this.onPick = onPick;
    this.hidden = new Set();
    this.chosenCode = "";
    this.turn = 0;
    this.build();
  }

  build() {
    const { box } = this;
    box.classList.add("om");
    this.place = add(box, "div", "om-map");
    this.place.tabIndex = 0;
    this.place.setAttribute("role", "application");
    this.tools = add(box, "div", "om-tools");
    this.stamp = add(box, "div", "om-stamp");
    this.panel = add(box, "details", "om-panel");
    this.panel.open = box.clientWidth > 560;
    this.panelTitle = add(this.panel, "summary", "");
    this.search = add(this.panel, "div", "om-search");
    this.legend = add(this.panel, "div", "om-legend");
    this.layers = add(this.panel, "details", "om-layers");
    this.layers.open = box.clientHeight > 620;
    this.foot = add(box, "div", "om-foot");
    this.north = add(this.foot, "div", "om-north");
    this.scale = add(this.foot, "div", "om-scale");
    this.imprint = add(box, "div", "om-imprint");
    add(box, "div", "om-cross").setAttribute("aria-hidden", "true");
    this.tip = add(box, "div", "om-tip");
    this.tip.setAttribute("aria-hidden", "true");
    this.note = add(box, "div", "om-note");
    this.note.setAttribute("role", "status");
    this.told = add(box, "div", "om-told");
    this.told.setAttribute("aria-live", "polite");
  }

  // Show a picture; only blobs that are not at hand are fetched.
  async update(config) {
    const turn = ++this.turn;
    const fetchBlob = (digest) => (digest ? loadBlob(this.load, digest, config.projection) : null);
    const wanted = [config.ground, config.areas.shapes, config.areas.values, config.outlines, config.streets];
    let loaded;
    try {
      loaded = await Promise.all([
        ...wanted.map(fetchBlob),
        config.heat ? fetchBlob(config.heat.blob) : null,
        Promise.all(config.lines.map((line) => fetchBlob(line.blob))),
        ...config.points.map((layer) => fetchBlob(layer.blob)),
      ]);
    } catch (fault) {
      if (turn === this.turn) this.note.textContent = config.words.lost;
      throw fault;
    }
    if (turn !== this.turn || this.gone) return;
    const [ground, areas, values, outlines, streets, heat, lines, ...points] = loaded;
    this.note.textContent = "";
    this.take({ config, ground, areas, values, outlines, streets, heat, lines, points });
  }

  take(content) {
    const before = this.config;
    Object.assign(this, content);
    const { config, areas } = content;
    this.labelOrder = orderLabels(areas.geometry);
    this.pointOrder = orderPoints(content.points);
    this.heatPicture = this.makeHeat();
    const moved = !before || JSON.stringify(before.bounds) !== JSON.stringify(config.bounds);
    if (this.map && before.projection !== config.projection) this.dropMap();
    if (!this.map) this.makeMap();
    this.setTiles(config.tiles);
    this.write();
    if (moved) this.fit();
    this.chosen = this.values.codes.indexOf(this.chosenCode);
    this.hovered = this.chosenPoint = null;
    for (const sheet of this.sheets) sheet.draw();
    this.loadBuildings();
    this.focus(this.wanted);
    this.box.dataset.ready = String(areas.geometry.length);
  }

  makeHeat() {
    const { config, heat } = this;
    if (!heat) return null;
    const middle = (config.bounds[1] + config.bounds[3]) / 2;
    const metres = config.projection === "plane" ? 1 : (EARTH_M * Math.cos((middle * Math.PI) / 180)) / 256;
    return makeHeat(heat, config.heat.radius_m, config.projection, metres);
  }

  // Footprints are fetched when the map has come near enough to show them.
  async loadBuildings() {
    const { config, turn, map } = this;
    const coarsest = config.building_count > FEW_BUILDINGS ? 4.6 : 9.5;
    const near = measurePixel(map, map.getZoom()) <= coarsest;
    const wanted = config.buildings && this.shows("buildings") && near ? config.buildings : null;
    if (wanted === this.buildingsShown) return;
    this.buildingsShown = wanted;
    const zoom = map.getZoom() + Math.log2(measurePixel(map, map.getZoom()) / coarsest);
    let buildings = null;
    try {
      if (wanted) buildings = await this.fetchBlob(wanted);
    } catch {
      // without them the map is a map: they are asked for again when it is moved
      if (wanted === this.buildingsShown) this.buildingsShown = null;
      return;
    }
    if (turn !== this.turn || this.gone || wanted !== this.buildingsShown) return;
    this.buildingTiles.options.minZoom = Math.max(map.getMinZoom(), Math.floor(zoom));
    this.buildingTiles.setShapes(buildings ? buildings.geometry : null);
    this.box.dataset.buildings = String(buildings ? buildings.geometry.length : 0);
  }

  fetchBlob(digest) {
    return digest ? loadBlob(this.load, digest, this.config.projection) : Promise.resolve(null);
  }

  makeMap() {
    const { config } = this;
    const plane = config.projection === "plane";
    this.map = L.map(this.place, {
      crs: CRS[config.projection](),
      attributionControl: false,
      zoomControl: false,
      zoomSnap: config.tiles ? 1 : 0.25,
      wheelPxPerZoomLevel: 90,
      minZoom: plane ? -9 : 7,
      maxZoom: plane ? 5 : 20,
      doubleClickZoom: true,
      inertiaMaxSpeed: 3000,
      fadeAnimation: false,
    });
    // for tests and for whoever writes a page of their own round it
    this.box.gridplanMap = this.map;
    for (const [name, order] of PANES) {
      this.map.createPane(name).style.zIndex = order;
      this.map.getPane(name).style.pointerEvents = "none";
    }
    this.fit();
    this.sheets = [
      new Sheet("om-under", (pen, view) => this.paintUnder(pen, view)),
      new Sheet("om-over", (pen, view) => this.paintOver(pen, view)),
      new Sheet("om-mark", (pen, view) => this.paintMark(pen, view)),
    ];
    this.buildingTiles = new BuildingTiles({
      pane: "om-buildings",
      tileSize: 512,
      minZoom: this.map.getMinZoom(),
      maxZoom: this.map.getMaxZoom(),
      updateWhenIdle: false,
      keepBuffer: 1,
    });
    for (const layer of [...this.sheets, this.buildingTiles]) layer.addTo(this.map);
    this.listen();
  }

  dropMap() {
    this.observer.disconnect();
    this.map.remove();
    this.map = this.tiles = null;
    this.hovered = null;
  }

  setTiles(tiles) {
    const key = JSON.stringify(tiles);
    if (this.tilesKey === key) return;
    this.tilesKey = key;
    for (const layer of this.tiles ?? []) layer.remove();
    this.tiles = (tiles ? tiles.urls : []).map((url) =>
      L.tileLayer(url, {
        subdomains: tiles.subdomains,
        maxNativeZoom: tiles.max_zoom,
        maxZoom: this.map.getMaxZoom(),
        minZoom: this.map.getMinZoom(),
        zoomOffset: tiles.zoom_offset,
        tms: tiles.tms,
      }),
    );
    this.map.options.zoomSnap = tiles ? 1 : 0.25;
    if (this.shows("tiles")) for (const layer of this.tiles) layer.addTo(this.map);
  }

  shows(id) {
    return !this.hidden.has(id);
  }

  write() {
    const { config } = this;
    const { words, imprint } = config;
    this.box.lang = config.lang === "zh" ? "zh-Hans" : config.lang;
    this.place.setAttribute("aria-label", `${imprint.title}. ${words.keys}`);
    writeTools(this.tools, words, {
      zoomIn: () => this.map.zoomIn(),
      zoomOut: () => this.map.zoomOut(),
      fit: () => this.fit(),
    });
    this.stamp.textContent = imprint.stamp;
    this.panelTitle.textContent = words.legend;
    writeSearch(this.search, words, () => this.listNames(), (text) => this.findArea(text));
    writeNorth(this.north, words);
    writeImprint(this.imprint, imprint, words, config.tiles ? config.tiles.attribution : "");
    this.writeLayers();
  }

  writeLayers() {
    const { config } = this;
    const { words } = config;
    const layers = [
      config.tiles && ["tiles", words.tiles],
      ["areas", words.areas],
      ["labels", words.labels],
      config.streets && ["streets", words.streets],
      config.buildings && ["buildings", words.buildings],
      config.heat && ["heat", config.heat.title],
      ...config.points.map((layer) => [layer.id, layer.title]),
    ];
    writeLayers(this.layers, layers.filter(Boolean), words, (id) => this.shows(id), (id, on) => this.toggle(id, on));
    this.writeLegend();
  }

  writeLegend() {
    const unclassed = this.values.classes.includes(-1);
    writeLegend(this.legend, this.config, (id) => this.shows(id), chooseStrength(this), unclassed);
  }

  toggle(id, on) {
    if (on) this.hidden.delete(id);
    else this.hidden.add(id);
    if (id === "tiles") for (const layer of this.tiles) on ? layer.addTo(this.map) : layer.remove();
    if (id === "buildings") this.loadBuildings();
    this.writeLegend();
    for (const sheet of this.sheets) sheet.draw();
  }

  paintUnder(pen, view) {
    paintAreas(pen, view, this);
    if (this.heatPicture && this.shows("heat")) paintHeat(pen, view, this.heatPicture, this.ground.geometry);
  }

  paintOver(pen, view) {
    const room = new Room();
    const streets = this.streets && this.shows("streets");
    if (streets) paintStreets(pen, view, this.streets);
    paintBorders(pen, view, this);
    if (this.shows("labels")) {
      paintLabels(pen, view, this, room);
      if (streets) paintStreetNames(pen, view, this.streets, room);
    }
    paintPoints(pen, view, this);
    writeScale(this.scale, view.metresPerPixel, this.config.words);
  }

  paintMark(pen, view) {
    const { geometry } = this.areas;
    const rim = (shape, width, colour) => {
      pen.beginPath();
      geometry.trace(pen, view, shape, true);
      pen.lineWidth = width;
      pen.strokeStyle = colour;
      pen.stroke();
    };
    if (this.hovered && this.hovered.kind === "area") {
      rim(this.hovered.index, 4, "rgba(255, 255, 255, 0.8)");
      rim(this.hovered.index, 2, INK);
    }
    if (this.chosen >= 0) {
      rim(this.chosen, 6.5, "rgba(255, 255, 255, 0.9)");
      rim(this.chosen, 3.2, CHOSEN);
    }
    const spot = this.hovered && this.hovered.kind === "point" ? this.hovered : this.chosenPoint;
    if (!spot || !this.points[spot.layer]) return;
    const { spots } = this.points[spot.layer];
    pen.beginPath();
    pen.arc((spots.x[spot.index] - view.x0) * view.k, (spots.y[spot.index] - view.y0) * view.k, 12, 0, 2 * Math.PI);
    pen.lineWidth = 2.4;
    pen.strokeStyle = CHOSEN;
    pen.stroke();
  }

  // What lies at a place of the screen: a thing, else an area.
  findAt(point) {
    const { map } = this;
    const k = 2 ** map.getZoom();
    const world = map.getPixelOrigin().add(map.containerPointToLayerPoint(point)).divideBy(k);
    const metres = measurePixel(map, map.getZoom());
    const reach = this.points.map(({ spots }, layer) =>
      this.shows(this.config.points[layer].id)
        ? (choosePointRadius(metres, spots.length, map.getSize()) + (L.Browser.mobile ? 8 : 2)) / k
        : -1,
    );
    for (let n = this.pointOrder.length - 1; n >= 0; n--) {
      const { layer, index } = this.pointOrder[n];
      const { spots } = this.points[layer];
      const far = Math.max(Math.abs(spots.x[index] - world.x), Math.abs(spots.y[index] - world.y));
      if (far <= reach[layer]) return { kind: "point", layer, index };
    }
    const index = this.areas.geometry.find(world.x, world.y);
    return index < 0 ? null : { kind: "area", index };
  }

  tellLines(found) {
    return found.kind === "area" ? this.values.lines[found.index] : this.points[found.layer].lines[found.index];
  }

  listen() {
    const { map } = this;
    let waiting = 0;
    map.on("mousemove", (event) => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => this.hover(event.containerPoint));
    });
    map.on("mouseout movestart zoomstart", () => {
      cancelAnimationFrame(waiting);
      this.hover(null);
    });
    map.on("moveend", () => this.loadBuildings());
    map.on("click", (event) => this.choose(this.findAt(event.containerPoint)));
    this.place.addEventListener("keydown", (event) => {
      if (event.target !== this.place || event.key !== "Enter") return;
      this.choose(this.findAt(map.getSize().divideBy(2)));
    });
    // the map is focused by a touch too: its rim and the cross in the middle are for the keyboard
    this.place.addEventListener("keyup", () => this.box.classList.add("om-keys"));
    this.place.addEventListener("pointerdown", () => this.box.classList.remove("om-keys"));
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.place);
    for (const name of ["pointerdown", "wheel", "keydown"]) {
      this.place.addEventListener(name, () => (this.touched = true), { passive: true });
    }
  }

  hover(point) {
    const found = point && !this.map._animatingZoom ? this.findAt(point) : null;
    const same = JSON.stringify(found) === JSON.stringify(this.hovered ?? null);
    this.hovered = found;
    if (!same) this.sheets[2].draw();
    const lines = found ? this.tellLines(found) : [];
    this.tip.classList.toggle("om-on", lines.length > 0);
    if (!lines.length) return;
    if (!same) writeTip(this.tip, lines);
    const [width, height] = [this.box.clientWidth, this.box.clientHeight];
    const left = point.x + 16 + this.tip.offsetWidth > width ? point.x - 14 - this.tip.offsetWidth : point.x + 16;
    const top = Math.min(point.y + 16, height - this.tip.offsetHeight - 6);
    this.tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  choose(found) {
    this.chosen = found && found.kind === "area" ? found.index : -1;
    this.chosenCode = found && found.kind === "area" ? this.values.codes[found.index] : "";
    this.chosenPoint = found && found.kind === "point" ? found : null;
    this.sheets[2].draw();
    writeTip(this.told, found ? this.tellLines(found) : []);
    this.onPick(this.namePick(found));
  }

  // Zoom to an area that was chosen elsewhere, now or when it is there.
  focus(wanted) {
    this.wanted = wanted;
    if (!wanted || !this.map) return;
    const [level, code] = wanted;
    this.wanted = null;
    const own = level === this.config.areas.level ? this.values.codes.indexOf(code) : -1;
    const around = own < 0 && this.outlines ? this.config.outline_codes.indexOf(code) : -1;
    if (own < 0 && around < 0) return;
    const { box } = (own < 0 ? this.outlines : this.areas).geometry;
    const at = 4 * Math.max(own, around);
    this.touched = true;
    this.fitWorld(box.subarray(at, at + 4), 0.7);
    if (own >= 0) this.mark(code);
  }

  // Mark an area that was chosen elsewhere.
  mark(code) {
    this.chosenCode = code;
    if (!this.map) return;
    this.chosen = this.values.codes.indexOf(code);
    this.sheets[2].draw();
  }

  namePick(found) {
    if (!found) return null;
    if (found.kind === "area") {
      return { kind: "area", level: this.config.areas.level, code: this.values.codes[found.index] };
    }
    const { codes } = this.points[found.layer];
    const code = codes ? codes[found.index] : String(found.index);
    return { kind: "point", level: this.config.points[found.layer].id, code };
  }

  listNames() {
    const { codes, labels } = this.values;
    return codes.map((code, n) => (labels[n] && labels[n] !== code ? `${code} ${labels[n].split("\n")[0]}` : code));
  }

  // Whether there is an area of that code or name.
  findArea(text) {
    const index = this.listNames().findIndex(
      (name, n) => name === text || this.values.codes[n] === text || this.values.labels[n] === text,
    );
    if (index < 0) return false;
    this.focus([this.config.areas.level, this.values.codes[index]]);
    this.choose({ kind: "area", index });
    return true;
  }

  // Take the size of the box, and show all again where the viewer has not moved yet.
  resize() {
    this.map.invalidateSize({ animate: false, pan: false });
    if (!this.touched) this.fit();
  }

  fitWorld([x0, y0, x1, y1], share) {
    const { map } = this;
    const corners = [[x0, y0], [x1, y1]].map(([x, y]) => map.unproject(L.point(x, y), 0));
    const spare = map.getSize().multiplyBy((1 - share) / 2);
    map.fitBounds(L.latLngBounds(corners), { padding: spare, animate: false });
  }

  fit() {
    const [west, south, east, north] = this.config.bounds;
    const free = this.panel.open && this.box.clientWidth > 560 ? this.panel.offsetWidth + 12 : 8;
    this.map.fitBounds([[south, west], [north, east]], {
      paddingTopLeft: [12, this.config.imprint.stamp ? 40 : 12],
      paddingBottomRight: [free, 50],
      animate: false,
    });
  }

  destroy() {
    this.gone = true;
    if (this.map) this.dropMap();
    this.box.replaceChildren();
  }
}

// The large areas get their words first.
function orderLabels(shapes) {
  const size = (i) => (shapes.box[4 * i + 2] - shapes.box[4 * i]) * (shapes.box[4 * i + 3] - shapes.box[4 * i + 1]);
  return Array.from({ length: shapes.length }, (_, i) => i).sort((a, b) => size(b) - size(a) || a - b);
}
