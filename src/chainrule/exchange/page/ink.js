// From pen strokes to the image that the network reads, prepared as Python's `place_ink` does it.
// A grid is { rows, columns, data }, data flat, row after row, ink from 0 to 1.

const makeGrid = (rows, columns) => ({ rows, columns, data: new Float64Array(rows * columns) });

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** Python's round: halves go to the even neighbour. */
function roundHalfEven(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 ? below + 1 : below;
}

/** Ink a stroke { width, points } into a grid: each pixel takes what of it the pen covers. */
function inkStroke(grid, { width, points }) {
  const radius = width / 2;
  points.forEach((to, k) => inkSegment(grid, points[Math.max(k - 1, 0)], to, radius));
}

function inkSegment({ rows, columns, data }, [x1, y1], [x2, y2], radius) {
  const reach = radius + 1;
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const top = clamp(Math.floor(Math.min(y1, y2) - reach), 0, rows);
  const bottom = clamp(Math.ceil(Math.max(y1, y2) + reach), 0, rows);
  const left = clamp(Math.floor(Math.min(x1, x2) - reach), 0, columns);
  const right = clamp(Math.ceil(Math.max(x1, x2) + reach), 0, columns);
  for (let r = top; r < bottom; r++) {
    for (let c = left; c < right; c++) {
      const [x, y] = [c + 0.5 - x1, r + 0.5 - y1];
      const along = length ? clamp((x * (x2 - x1) + y * (y2 - y1)) / length, 0, 1) : 0;
      const distance = Math.hypot(x - along * (x2 - x1), y - along * (y2 - y1));
      const covered = clamp(radius + 0.5 - distance, 0, 1);
      data[r * columns + c] = Math.max(data[r * columns + c], covered);
    }
  }
}

/** The part of a grid from the first to the last pixel with 0.3 of full ink; null without any. */
function cropInk({ rows, columns, data }) {
  let [top, left, bottom, right] = [rows, columns, -1, -1];
  data.forEach((ink, at) => {
    if (ink < 0.3) return;
    const [r, c] = [Math.floor(at / columns), at % columns];
    [top, bottom] = [Math.min(top, r), Math.max(bottom, r)];
    [left, right] = [Math.min(left, c), Math.max(right, c)];
  });
  if (bottom < 0) return null;
  const found = makeGrid(bottom - top + 1, right - left + 1);
  found.data.forEach((_, at) => {
    const [r, c] = [Math.floor(at / found.columns), at % found.columns];
    found.data[at] = data[(top + r) * columns + left + c];
  });
  return found;
}

/** The source places that each of `size` new ones covers, as Pillow's box filter takes them. */
function boxWindows(from, size) {
  const scale = from / size;
  const wide = Math.max(scale, 1);
  return Array.from({ length: size }, (_, k) => {
    const centre = (k + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - wide / 2 + 0.5));
    const after = Math.min(from, Math.trunc(centre + wide / 2 + 0.5));
    const places = Array.from({ length: after - first }, (__, n) => first + n);
    return places.filter((place) => {
      const offset = (place - centre + 0.5) / wide;
      return offset > -0.5 && offset <= 0.5;
    });
  });
}

/** A grid of another size, each pixel the mean of what it covers. */
function resizeGrid(grid, rows, columns) {
  const found = makeGrid(rows, columns);
  const across = boxWindows(grid.columns, columns);
  const down = boxWindows(grid.rows, rows);
  const narrow = makeGrid(grid.rows, columns);
  narrow.data.forEach((_, at) => {
    const [r, places] = [Math.floor(at / columns), across[at % columns]];
    const sum = places.reduce((total, c) => total + grid.data[r * grid.columns + c], 0);
    narrow.data[at] = sum / places.length;
  });
  found.data.forEach((_, at) => {
    const [places, c] = [down[Math.floor(at / columns)], at % columns];
    const sum = places.reduce((total, r) => total + narrow.data[r * columns + c], 0);
    found.data[at] = sum / places.length;
  });
  return found;
}

/** The digit scaled so that its longer side fills the box; its inkiest pixel becomes full ink. */
function scaleToBox(digit, placing, shape) {
  const { rows: height, columns: width } = digit;
  const scale = Math.min(
    placing.box / Math.max(height, width), shape.rows / height, shape.columns / width,
  );
  const [least, most] = placing.heights;
  const rows = Math.min(Math.max(least, roundHalfEven(height * scale)), most);
  const columns = Math.min(Math.max(1, roundHalfEven(width * scale)), placing.widest);
  const boxed = resizeGrid(digit, rows, columns);
  const darkest = boxed.data.reduce((found, ink) => Math.max(found, ink), 0);
  boxed.data = boxed.data.map((ink) => clamp(ink / darkest, 0, 1));
  return boxed;
}

/** Mean row and column, weighted by the ink. */
function centreOfMass({ columns, data }) {
  let [total, down, across] = [0, 0, 0];
  data.forEach((ink, at) => {
    total += ink;
    down += ink * Math.floor(at / columns);
    across += ink * (at % columns);
  });
  return [down / total, across / total];
}

/** The digit in an empty image, its centre of mass nearest to a point; ink in steps of 1/255. */
function centreDigit(boxed, shape, centre) {
  const mass = centreOfMass(boxed);
  const [top, left] = [shape.rows - boxed.rows, shape.columns - boxed.columns].map((room, axis) =>
    clamp(Math.floor(centre[axis] - mass[axis] + 0.5), 0, room));
  const found = makeGrid(shape.rows, shape.columns);
  boxed.data.forEach((ink, at) => {
    const [r, c] = [Math.floor(at / boxed.columns), at % boxed.columns];
    found.data[(top + r) * shape.columns + left + c] = roundHalfEven(ink * 255) / 255;
  });
  return found;
}

/** The mean width of the strokes in pixels, 2 A / V: see `stroke_widths` in Python. */
function strokeWidth({ rows, columns, data }) {
  const ink = (r, c) => (r < 0 || c < 0 || r >= rows || c >= columns ? 0 : data[r * columns + c]);
  let variation = 0;
  for (let r = -1; r <= rows; r++) {
    for (let c = -1; c <= columns; c++) {
      variation += Math.hypot(ink(r + 1, c) - ink(r, c), ink(r, c + 1) - ink(r, c));
    }
  }
  return (2 * data.reduce((sum, one) => sum + one, 0)) / variation;
}

/** Each pixel the greatest (or least) of a square around it; beyond the grid lies paper. */
function thicken(digit, steps) {
  const width = roundHalfEven((Math.abs(steps) * Math.max(digit.rows, digit.columns)) / 20);
  if (!width) return digit;
  const choose = steps > 0 ? Math.max : Math.min;
  const { rows, columns } = digit;
  const data = Float64Array.from(digit.data);
  const all = (count) => Array.from({ length: count }, (_, k) => k);
  all(rows).forEach((r) => chooseAlong(data, { start: r * columns, stride: 1, count: columns }, width + 1, choose));
  all(columns).forEach((c) => chooseAlong(data, { start: c, stride: columns, count: rows }, width + 1, choose));
  return { rows, columns, data };
}

/** Replace each number of a line by the greatest (or least) of `size` around it, in log(size) passes. */
function chooseAlong(data, { start, stride, count }, size, choose) {
  const before = Math.floor(size / 2);
  const line = new Float64Array(count + size - 1);
  for (let k = 0; k < count; k++) line[before + k] = data[start + k * stride];
  let covered = 1; // line[k] stands for so many places from k on
  for (; 2 * covered <= size; covered *= 2) {
    for (let k = 0; k + covered < line.length; k++) line[k] = choose(line[k], line[k + covered]);
  }
  for (let k = 0; k < count; k++) {
    data[start + k * stride] = choose(line[k], line[k + size - covered]);
  }
}

/** The digit with strokes as wide as those of the training images, once it is scaled. */
function matchStrokes(digit, placing, shape) {
  if (placing.stroke === null) return digit;
  const tried = [0, 1, -1, 2, -2, 3, -3, 4].map((steps) => thicken(digit, steps));
  const found = tried.filter((one) => one.data.some((ink) => ink > 0));
  const misses = found.map((one) =>
    Math.abs(strokeWidth(scaleToBox(one, placing, shape)) - placing.stroke));
  return found[misses.indexOf(Math.min(...misses))];
}

/**
 * A drawing as brightness from 0 to 1 in the size, place and polarity of the training images; null
 * without ink. Images that show no ink on even paper have no `placing`: the whole is scaled.
 */
function prepareDrawing(ink, { shape, placing, inverted }) {
  const digit = cropInk(ink);
  if (!digit) return null;
  let placed = placing
    ? centreDigit(
        scaleToBox(matchStrokes(digit, placing, shape), placing, shape), shape, placing.centre,
      )
    : resizeGrid(ink, shape.rows, shape.columns);
  if (inverted) placed = { ...placed, data: placed.data.map((one) => 1 - one) };
  return placed;
}

/** Brightness as the network takes it: bytes, or numbers; each channel has the same. */
function storeImage(light, { bottom, top, isBytes, channels, factor }) {
  const values = Array.from(light.data, (one) => bottom + one * (top - bottom));
  const all = values.flatMap((value) => new Array(channels).fill(value));
  return isBytes ? Uint8Array.from(all, roundHalfEven) : all.map((value) => value * factor);
}

export { inkStroke, makeGrid, prepareDrawing, storeImage };
