// The form of a table's row, or of plain numbers: what was typed, as a row for the network.
import { formatDate, isBlank, readCell } from "./encoding.js";
import { element, formatNumber, text } from "./figures.js";

/** Fields for columns; `onChange` receives the row, or null while something cannot be read. */
function makeForm(columns, features, onChange) {
  const fields = columns.map((column, place) => {
    const fill = features.find((one) => one.column === place && one.kind === "number" && !one.part);
    return makeField(column, fill?.fill, place, () => tell());
  });
  const tell = () => {
    const cells = fields.map((field) => field.read());
    onChange(cells.includes(undefined) ? null : cells);
  };
  const reset = element("button", {
    type: "button", onclick: () => { fields.forEach((field) => field.reset()); tell(); },
  }, text("reset"));
  const node = element("form", { class: "row-form", novalidate: true, onsubmit: (e) => e.preventDefault() },
    ...fields.map((field) => field.node), element("div", { class: "controls" }, reset));
  node.addEventListener("paste", (event) => pasteNumbers(event, fields, tell));
  return { node, tell, anchors: fields.map((field) => field.node) };
}

/** Spread several pasted numbers over the field and those that follow. */
function pasteNumbers(event, fields, tell) {
  const first = fields.findIndex((field) => field.node.contains(event.target));
  const cells = event.clipboardData.getData("text").trim().split(/[\s;]+|,(?=\s)|\t/);
  if (first < 0 || cells.length < 2 || cells.some((cell) => cell === "" || Number.isNaN(Number(cell)))) return;
  event.preventDefault();
  cells.forEach((cell, k) => fields[first + k]?.write(cell));
  tell();
}

function makeField(column, fill, place, onInput) {
  const id = `field-${place}`;
  const note = element("span", { class: "note", id: `${id}-note` });
  const make = { category: makeSelect, date: makeDate, number: makeNumber }[column.kind];
  const parts = make(column, { id, "aria-describedby": note.id, oninput: () => change() }, fill);
  const node = element("div", { class: "field" },
    element("label", { for: id }, column.name || text("input", { place: place + 1 })), ...parts.nodes, note);

  /** The cell; null if it is blank, undefined if it cannot be read. */
  function read() {
    const cell = parts.cell();
    if (isBlank(cell, column)) return column.required ? undefined : null;
    try {
      readCell(column, cell);
      return cell;
    } catch {
      return undefined;
    }
  }

  function show() {
    const cell = read();
    const range = { low: formatCell(column, column.low), high: formatCell(column, column.high) };
    const value = cell === undefined ? NaN : readCell(column, cell);
    const isOutside = value < column.low || value > column.high;
    const known = column.kind !== "category" && column.low !== null;
    note.className = cell === undefined || isOutside ? "note warning" : "note";
    parts.control.setAttribute("aria-invalid", String(cell === undefined));
    if (cell === undefined) note.textContent = text("not_number");
    else if (cell === null && fill !== undefined && column.kind === "number") {
      note.textContent = text("blank_hint", { fill: formatNumber(fill) });
    } else if (cell === null) note.textContent = text("blank");
    else note.textContent = known ? text(isOutside ? "outside" : "range", range) : "";
  }

  const change = () => { show(); onInput(); };
  const write = (cell) => { parts.write(cell); show(); };
  const reset = () => { parts.reset(); show(); };
  reset();
  return { node, read, write, reset };
}

function formatCell(column, value) {
  if (value === null) return "";
  return column.kind === "date" ? formatDate(value, column.clock).replace("T", " ")
    : String(shorten(value)).replace("-", "−");
}

const shorten = (value) => Number(value.toPrecision(4));

/**
 * A typed number with a decimal point: a comma is one in most of Europe. One thousand or one, 1,000
 * stays as it is, and is refused as no number, unless the table itself had decimal commas.
 */
function readDecimal(typed, hasCommas = false) {
  const trimmed = typed.trim();
  const isDecimal = /^[^,.]*,[^,.]*$/.test(trimmed);
  const isAmbiguous = /^[-+]?\d{1,3},\d{3}$/.test(trimmed) && !hasCommas;
  return isDecimal && !isAmbiguous ? trimmed.replace(",", ".") : trimmed;
}

/** A number to type, and a slider over what was seen. */
function makeNumber(column, attributes, fill) {
  const control = element("input", { type: "text", inputmode: "decimal", autocomplete: "off", ...attributes });
  const hasRange = column.low !== null && column.high > column.low;
  const start = fill ?? (hasRange ? (column.low + column.high) / 2 : 0);
  const isWhole = /int/.test(column.storage) || /whole/.test(column.storage);
  const slider = hasRange && element("input", {
    type: "range", min: column.low, max: column.high, tabindex: "-1",
    step: isWhole ? 1 : (column.high - column.low) / 200,
    "aria-label": text("slider", { name: column.name }),
    oninput: () => {
      control.value = String(shorten(Number(slider.value)));
      control.dispatchEvent(new Event("input"));
    },
  });
  const cell = () => readDecimal(control.value, /comma/.test(column.storage));
  const follow = () => { if (slider && cell() !== "") slider.value = cell(); };
  control.addEventListener("input", follow);
  const write = (value) => { control.value = String(value); follow(); };
  const reset = () => write(isWhole ? Math.round(start) : shorten(start));
  return { control, nodes: slider ? [control, slider] : [control], cell, write, reset };
}

function makeDate(column, attributes) {
  const type = column.clock ? "datetime-local" : "date";
  const control = element("input", { type, max: "9999-12-31", ...attributes });
  const middle = column.low === null ? 0 : Math.floor((column.low + column.high) / 2);
  const write = (value) => { control.value = value; };
  // A half-typed date is "" and bad input, not a blank.
  const cell = () => (control.validity.badInput ? "half a date" : control.value);
  return { control, nodes: [control], cell, write, reset: () => write(formatDate(middle, column.clock)) };
}

function makeSelect(column, attributes) {
  const names = [...column.categories, text("blank_option")];
  const control = element("select", attributes, ...names.map((name) => element("option", {}, name)));
  const cell = () => column.categories[control.selectedIndex] ?? null;
  const write = (value) => {
    const place = column.categories.indexOf(value);
    control.selectedIndex = place < 0 ? column.categories.length : place;
  };
  return { control, nodes: [control], cell, write, reset: () => write(column.categories[0]) };
}

export { makeForm, readDecimal };
