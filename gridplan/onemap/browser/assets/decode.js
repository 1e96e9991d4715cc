// Blobs: [length of head, uint32][head, JSON][whole numbers, 7 bits a byte, low bits first, signs folded in].
// World coordinates are pixels at zoom 0, y downwards: a pixel of zoom z is 2^z of them.

const textDecoder = new TextDecoder();

function openBlob(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(textDecoder.decode(new Uint8Array(buffer, 4, length)));
  return { head, numbers: new Numbers(new Uint8Array(buffer, 4 + length)) };
}

class Numbers {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  count() {
    let value = 0;
    let weight = 1;
    let byte;
    do {
      byte = this.bytes[this.at++];
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte & 128);
    return value;
  }

  signed() {
    const folded = this.count();
    return folded % 2 ? -(folded + 1) / 2 : folded / 2;
  }
}

const PROJECTIONS = {
  mercator: {
    x: (lon) => (lon / 360 + 0.5) * 256,
    y: (lat) => (0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)) * 256,
  },
  plane: { x: (x) => x, y: (y) => -y },
};

// Shapes of rings or lines: ring r has the points ringStart[r] .. ringStart[r + 1].
class Shapes {
  constructor(numbers, head, projection) {
    const { x: toX, y: toY } = PROJECTIONS[projection];
    const { shapes: n, rings, points, step } = head;
    this.length = n;
    this.shapeStart = new Uint32Array(n + 1);
    for (let i = 0; i < n; i++) this.shapeStart[i + 1] = this.shapeStart[i] + numbers.count();
    this.ringStart = new Uint32Array(rings + 1);
    for (let i = 0; i < rings; i++) this.ringStart[i + 1] = this.ringStart[i] + numbers.count();
    this.x = new Float64Array(points);
    this.y = new Float64Array(points);
    let x = 0;
    let y = 0;
    for (let i = 0; i < points; i++) {
      x += numbers.signed();
      y += numbers.signed();
      this.x[i] = toX(x * step);
      this.y[i] = toY(y * step);
    }
    this.measure();
  }

  measure() {
    this.box = new Float64Array(4 * this.length);
    for (let shape = 0; shape < this.length; shape++) {
      let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
      const end = this.ringStart[this.shapeStart[shape + 1]];
      for (let i = this.ringStart[this.shapeStart[shape]]; i < end; i++) {
        if (this.x[i] < x0) x0 = this.x[i];
        if (this.x[i] > x1) x1 = this.x[i];
        if (this.y[i] < y0) y0 = this.y[i];
        if (this.y[i] > y1) y1 = this.y[i];
      }
      this.box.set([x0, y0, x1, y1], 4 * shape);
    }
  }

  touches(shape, frame) {
    const at = 4 * shape;
    const box = this.box;
    return box[at] <= frame.x1 && box[at + 2] >= frame.x0 && box[at + 1] <= frame.y1 && box[at + 3] >= frame.y0;
  }

  contains(shape, x, y) {
    const at = 4 * shape;
    const box = this.box;
    if (x < box[at] || x > box[at + 2] || y < box[at + 1] || y > box[at + 3]) return false;
    let inside = false;
    for (let ring = this.shapeStart[shape]; ring < this.shapeStart[shape + 1]; ring++) {
      const end = this.ringStart[ring + 1];
      for (let i = this.ringStart[ring], j = end - 1; i < end; j = i++) {
        if (this.y[i] > y === this.y[j] > y) continue;
        if (x < ((this.x[j] - this.x[i]) * (y - this.y[i])) / (this.y[j] - this.y[i]) + this.x[i]) inside = !inside;
      }
    }
    return inside;
  }

  find(x, y) {
    for (let shape = 0; shape < this.length; shape++) if (this.contains(shape, x, y)) return shape;
    return -1;
  }

  // Draw a shape into the pen's path; what is nearer than half a pixel is not told apart.
  trace(pen, view, shape, closed) {
    const { k, x0, y0 } = view;
    for (let ring = this.shapeStart[shape]; ring < this.shapeStart[shape + 1]; ring++) {
      const start = this.ringStart[ring];
      const end = this.ringStart[ring + 1];
      let x = (this.x[start] - x0) * k;
      let y = (this.y[start] - y0) * k;
      pen.moveTo(x, y);
      for (let i = start + 1; i < end; i++) {
        const nextX = (this.x[i] - x0) * k;
        const nextY = (this.y[i] - y0) * k;
        const gone = Math.abs(nextX - x) + Math.abs(nextY - y);
        if (gone < 0.5 && i < end - 1) continue;
        pen.lineTo(nextX, nextY);
        x = nextX;
        y = nextY;
      }
      if (closed) pen.closePath();
    }
  }
}

// Places: as many as the head tells.
class Places {
  constructor(numbers, count, step, projection) {
    const { x: toX, y: toY } = PROJECTIONS[projection];
    this.length = count;
    this.x = new Float64Array(count);
    this.y = new Float64Array(count);
    let x = 0;
    let y = 0;
    for (let i = 0; i < count; i++) {
      x += numbers.signed();
      y += numbers.signed();
      this.x[i] = toX(x * step);
      this.y[i] = toY(y * step);
    }
  }
}

// What a blob holds, by its kind; kept by digest so that nothing is fetched or decoded twice.
const KEPT_BLOBS = 24;
const decoded = new Map();

async function loadBlob(source, digest, projection) {
  const key = `${projection}:${digest}`;
  let promise = decoded.get(key);
  if (!promise) {
    promise = source(digest).then((buffer) => decodeBlob(buffer, projection));
    promise.catch(() => decoded.delete(key));
  }
  decoded.delete(key);
  decoded.set(key, promise);
  if (decoded.size > KEPT_BLOBS) decoded.delete(decoded.keys().next().value);
  return promise;
}

function decodeBlob(buffer, projection) {
  const { head, numbers } = openBlob(buffer);
  const content = { ...head };
  if (head.shapes !== undefined) content.geometry = new Shapes(numbers, head, projection);
  if (head.places !== undefined) content.spots = new Places(numbers, head.places, head.step, projection);
  return content;
}
