// What pictures and tables have in common: elements, numbers as text, colours.

/** An element; attributes by name, "on…" are listeners, other values properties where they exist. */
function element(tag, attributes = {}, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) found.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) {
      found.setAttribute(name, value === true ? "" : value);
    }
  }
  found.append(...children.filter((child) => child !== null));
  return found;
}

/** A text of the page's table, with its {places} filled. */
function text(key, values = {}) {
  return TEXTS[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A number with three significant digits, and a true minus sign. */
function formatNumber(value, digits = 3) {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "not a number";
  const extreme = size !== 0 && (size >= 1e6 || size < 1e-4);
  let shown = extreme ? value.toExponential(digits - 1) : value.toPrecision(digits);
  if (!extreme && size >= 10 ** digits) shown = value.toFixed(0);
  if (value === 0) shown = "0";
  return shown.replaceAll("-", "−");
}

const formatPercent = (value) =>
  value > 0.9995 && value < 1 ? "> 99.9 %"
    : value < 0.0005 && value > 0 ? "< 0.1 %"
      : `${(100 * value).toFixed(1)} %`;

const colours = {};

/** Read the colours of the theme; called again when it changes. */
function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["plus", "minus", "zero"]) {
    const hex = style.getPropertyValue(`--${name}`).trim();
    colours[name] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }
}

/** The colour of a number from -1 (orange) over 0 to 1 (blue). */
function signedColour(value) {
  const size = Math.min(Math.abs(value), 1) ** 0.8;
  const end = value < 0 ? colours.minus : colours.plus;
  return colours.zero.map((zero, k) => Math.round(zero + size * (end[k] - zero)));
}

const greyColour = (value) => new Array(3).fill(Math.round(255 * Math.min(Math.max(value, 0), 1)));

const greatestSize = (values) => values.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

/** Paint numbers into a canvas, one pixel each; the canvas is enlarged by its style. */
function paint(canvas, values, { rows, columns, channels = 1 }, colour = signedColour) {
  const largest = colour === signedColour ? greatestSize(values) || 1 : 1;
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (let at = 0; at < rows * columns; at++) {
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += values[at * channels + k];
    image.data.set([...colour(sum / channels / largest), 255], 4 * at);
  }
  context.putImageData(image, 0, 0);
}

/** A table of texts; a cell can be an element. Columns but the first hold numbers. */
function makeTable(caption, head, rows) {
  const line = (cells, tag) => element("tr", {}, ...cells.map((cell, k) =>
    element(k ? tag : "th", { scope: tag === "th" ? "col" : k ? null : "row" }, cell)));
  return element("table", {},
    element("caption", {}, caption),
    element("thead", {}, line(head, "th")),
    element("tbody", {}, ...rows.map((cells) => line(cells, "td"))));
}

/** A closed table behind a picture; it is made when it is opened, and again when numbers change. */
function makeDisclosure(name) {
  const place = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name });
  const found = element("details", { class: "numbers" },
    element("summary", { "aria-label": text("table_of", { name }) }, text("table")), place);
  let make = null;
  const fill = () => found.open && make && place.replaceChildren(make());
  found.addEventListener("toggle", fill);
  return { node: found, update: (making) => { make = making; fill(); } };
}

/** A picture of numbers in rows and columns, with its caption and the table behind it. */
function makePicture(name, caption, colour = signedColour) {
  const canvas = element("canvas", { role: "img", "aria-label": `${name}. ${caption}` });
  const table = makeDisclosure(name);
  const node = element("figure", { class: "picture" }, canvas,
    element("figcaption", {}, element("strong", {}, name), " ", caption), table.node);
  const update = (values, shape) => {
    paint(canvas, values, shape, colour);
    table.update(() => imageTable(name, values, shape));
  };
  return { node, update };
}

function imageTable(name, values, { rows, columns, channels = 1 }) {
  const width = columns * channels;
  const head = Array.from({ length: width }, (_, c) => String(c));
  const lines = Array.from({ length: rows }, (_, r) => [
    String(r), ...Array.from(values.slice(r * width, (r + 1) * width), (one) => formatNumber(one, 2)),
  ]);
  return makeTable(name, [text("row"), ...head], lines);
}

/** Bars to both sides of zero for the greatest of some numbers, with the numbers; itself a table. */
function makeBars(caption, names, values, most = 8) {
  const order = Array.from(values, (_, k) => k);
  order.sort((one, other) => Math.abs(values[other]) - Math.abs(values[one]));
  const largest = greatestSize(values) || 1;
  return makeTable(caption, ["", text("value"), ""], order.slice(0, most).map((k) => [
    names[k], formatNumber(values[k]), makeBar(values[k] / largest),
  ]));
}

/** A bar for a number from -1 to 1. */
function makeBar(value) {
  const bar = element("span", { class: value < 0 ? "bar minus" : "bar plus", "aria-hidden": "true" });
  bar.style.width = `${100 * Math.min(Math.abs(value), 1)}%`;
  return element("span", { class: "track" }, bar);
}

export {
  element, formatNumber, formatPercent, greatestSize, greyColour, makeBar, makeBars, makeDisclosure,
  makePicture, makeTable, paint, readColours, signedColour, text,
};
