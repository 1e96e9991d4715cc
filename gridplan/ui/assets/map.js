// The map of a plan on a canvas. It asks no host for anything: all it draws comes with `data`.
// Coordinates count steps from the district's north-west corner, y downwards.

const STREETS = { 1: ["#a08c72", 5], 2: ["#c9c1b4", 3], 3: ["#ddd8cf", 1.4] };
const instances = new WeakMap();

function makePath(shapes, closed) {
  const path = new Path2D();
  for (const rings of shapes) {
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        if (i === 0) path.moveTo(ring[0], ring[1]);
        else path.lineTo(ring[i], ring[i + 1]);
      }
      if (closed) path.closePath();
    }
  }
  return path;
}

function addElement(parent, tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  parent.appendChild(element);
  return element;
}

class PlanMap {
  constructor(box) {
    this.box = box;
    this.canvas = addElement(box, "canvas", "canvas");
    this.tip = addElement(box, "div", "tip");
    this.scale = addElement(box, "div", "scale");
    this.hint = addElement(box, "div", "hint");
    this.chosen = null;
    this.listen();
  }

  setData(data) {
    this.data = data;
    this.areas = data.areas.map((area) => ({ ...area, path: makePath([area.rings], true) }));
    this.parents = makePath(data.parents, true);
    this.buildings = makePath(data.buildings, true);
    this.streets = data.streets.map((group) => [group.rank, makePath(group.lines, false)]);
    this.hint.textContent = data.words.help;
    this.fit();
  }

  fit() {
    const [width, height] = [this.box.clientWidth, this.box.clientHeight];
    if (!width || !this.data) return;
    const [w, h] = this.data.size;
    this.zoom = Math.min(width / w, height / h) * 0.96;
    this.x = (width - w * this.zoom) / 2;
    this.y = (height - h * this.zoom) / 2;
    this.draw();
  }

  draw() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [this.box.clientWidth, this.box.clientHeight];
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const pen = this.canvas.getContext("2d");
    this.pen = pen;
    pen.setTransform(ratio * this.zoom, 0, 0, ratio * this.zoom, ratio * this.x, ratio * this.y);
    const px = 1 / this.zoom;
    pen.lineJoin = "round";
    pen.lineCap = "round";
    for (const area of this.areas) {
      pen.fillStyle = area.colour;
      pen.fill(area.path, "evenodd");
    }
    pen.fillStyle = "rgba(96, 92, 88, 0.55)";
    pen.fill(this.buildings, "evenodd");
    // streets are as wide as they are on the ground, within what the eye can bear
    const wide = Math.min(2.2, Math.max(0.35, (4 * this.zoom) / this.data.step));
    for (const [rank, path] of this.streets) {
      const [casing, width_] = STREETS[rank];
      this.stroke(path, casing, (width_ + 1.2) * wide * px);
      this.stroke(path, "#ffffff", width_ * wide * px);
    }
    for (const area of this.areas) this.stroke(area.path, "#5d6168", 0.9 * px);
    this.stroke(this.parents, "#23272e", 2.4 * px);
    for (const area of this.areas) if (area.mark) this.stroke(area.path, area.mark, 2.6 * px);
    const chosen = this.areas.find((area) => area.code === this.chosen);
    if (chosen) this.stroke(chosen.path, "#1257c4", 4 * px);
    this.drawScale();
    this.box.dataset.ready = String(this.areas.length);
  }

  stroke(path, colour, width) {
    this.pen.strokeStyle = colour;
    this.pen.lineWidth = width;
    this.pen.stroke(path);
  }

  drawScale() {
    const metresPerPixel = this.data.step / this.zoom;
    const wish = metresPerPixel * 140;
    const power = 10 ** Math.floor(Math.log10(wish));
    const length = [5, 2, 1].map((n) => n * power).find((n) => n <= wish);
    this.scale.style.width = `${length / metresPerPixel}px`;
    const [unit, value] = length < 1000 ? ["metres", length] : ["km", length / 1000];
    this.scale.textContent = `${value} ${this.data.words[unit]}`;
  }

  find(event) {
    const frame = this.canvas.getBoundingClientRect();
    const x = (event.clientX - frame.left - this.x) / this.zoom;
    const y = (event.clientY - frame.top - this.y) / this.zoom;
    const pen = this.pen;
    pen.save();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    const found = this.areas.find((area) => pen.isPointInPath(area.path, x, y, "evenodd"));
    pen.restore();
    return found;
  }

  showTip(event) {
    const area = this.find(event);
    this.tip.style.visibility = area ? "visible" : "hidden";
    if (!area) return;
    this.tip.replaceChildren(
      ...area.text.map((line) => {
        const row = document.createElement("div");
        row.textContent = line;
        return row;
      }),
    );
    const frame = this.box.getBoundingClientRect();
    const left = event.clientX - frame.left + 14;
    const top = event.clientY - frame.top + 14;
    this.tip.style.left = `${Math.min(left, frame.width - this.tip.offsetWidth - 6)}px`;
    this.tip.style.top = `${Math.min(top, frame.height - this.tip.offsetHeight - 6)}px`;
  }

  listen() {
    let from = null;
    let moved = false;
    this.canvas.addEventListener("pointerdown", (event) => {
      from = [event.clientX, event.clientY];
      moved = false;
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!from) {
        this.showTip(event);
        return;
      }
      const [dx, dy] = [event.clientX - from[0], event.clientY - from[1]];
      if (!moved && Math.hypot(dx, dy) < 4) return;
      moved = true;
      from = [event.clientX, event.clientY];
      this.x += dx;
      this.y += dy;
      this.redraw();
    });
    this.canvas.addEventListener("pointerup", (event) => {
      if (from && !moved) this.choose(this.find(event));
      from = null;
    });
    this.canvas.addEventListener("pointerleave", () => {
      this.tip.style.visibility = "hidden";
    });
    this.canvas.addEventListener("dblclick", () => this.fit());
    this.canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const frame = this.canvas.getBoundingClientRect();
        const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
        const factor = Math.exp(-event.deltaY * 0.0015);
        this.zoom *= factor;
        this.x = x - (x - this.x) * factor;
        this.y = y - (y - this.y) * factor;
        this.redraw();
      },
      { passive: false },
    );
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.box);
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = null;
      this.draw();
    });
  }

  choose(area) {
    this.chosen = area ? area.code : null;
    this.draw();
    this.onChoose(this.chosen);
  }
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  let map = instances.get(parentElement);
  if (!map) {
    map = new PlanMap(parentElement.querySelector(".gridplan-map"));
    instances.set(parentElement, map);
  }
  map.onChoose = (code) => setStateValue("code", code);
  // the function is called again after every click: the same data is not laid out anew
  const token = JSON.stringify([data.step, data.size, data.areas.length, data.words.help, data.areas[0]?.code]);
  if (map.token !== token) {
    map.token = token;
    map.setData(data);
  }
  return () => {
    map.observer.disconnect();
    instances.delete(parentElement);
  };
}
