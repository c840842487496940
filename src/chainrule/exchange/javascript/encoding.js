// From a row as people have it to the inputs of the first layer, and back from outputs to answers.

const DAY = 86400;
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?$/;

/** Days since 1970-01-01 of an ISO text without a time zone; NaN if it is no date. */
function parseDate(text) {
  const found = ISO.exec(text);
  if (!found) return NaN;
  const [year, month, day, hour, minute, second] = found.slice(1).map((part) => Number(part ?? 0));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second >= 60) return NaN;
  return date.getTime() / 1000 / DAY + (hour * 3600 + minute * 60 + second) / DAY;
}

/** The ISO text of a date in days since 1970-01-01, to the minute if it has a clock. */
function formatDate(days, clock) {
  const date = new Date(Math.floor(Math.floor(days * DAY + 0.5) / 60) * 60000);
  return date.toISOString().slice(0, clock ? 16 : 10);
}

/** Year, month and so on of a date in days since 1970-01-01; the week begins on Monday, 1. */
function datePart(days, part) {
  const date = new Date(Math.floor(Math.floor(days * DAY + 0.5) / 60) * 60000);
  if (part === "year") return date.getUTCFullYear();
  if (part === "month") return date.getUTCMonth() + 1;
  if (part === "day") return date.getUTCDate();
  if (part === "weekday") return ((date.getUTCDay() + 6) % 7) + 1;
  return part === "hour" ? date.getUTCHours() : date.getUTCMinutes();
}

const isBlank = (cell, column) =>
  cell === null || cell === undefined || cell === "" || Number.isNaN(cell) ||
  (typeof cell === "string" && column.marks.includes(cell));

/**
 * The number of a cell: NaN for a blank one and for a category that was not learned, the place of
 * a category, the days of a date. What cannot be read throws an Error that names the column.
 */
function readCell(column, cell) {
  if (isBlank(cell, column)) return NaN;
  if (column.kind === "category") {
    const place = column.categories.indexOf(String(cell));
    return place < 0 ? NaN : place;
  }
  const text = String(cell).trim();
  const isDate = column.kind === "date" && typeof cell !== "number";
  const number = isDate ? parseDate(text) : Number(text);
  if (text !== "" && Number.isFinite(number)) return number;
  const expected = column.kind === "date" ? "a date such as 2024-05-01" : "a number";
  throw new Error(`${column.name}: expected ${expected}, got ${JSON.stringify(cell)}`);
}

/** The cells of a row in the order of the columns: an object by name, or an array in order. */
function readRow(columns, row) {
  if (Array.isArray(row)) {
    if (row.length === columns.length) return columns.map((one, k) => readCell(one, row[k]));
    throw new Error(`a row: expected ${columns.length} cells, got ${row.length}`);
  }
  const missing = columns.find((one) => !Object.hasOwn(row, one.name));
  if (!missing) return columns.map((one) => readCell(one, row[one.name]));
  throw new Error(`a row: expected the column ${JSON.stringify(missing.name)}; null is a blank`);
}

/** An input of the first layer from the cells of a row, as `Preprocessing.encode` has it. */
function computeFeature(feature, cells) {
  const cell = cells[feature.column];
  const lost = Number.isNaN(cell);
  if (feature.kind === "missing") return lost ? 1 : 0;
  if (feature.kind === "category") return cell === feature.category ? 1 : 0;
  if (feature.kind === "second") return lost ? 0.5 : cell;
  const value = feature.part && !lost ? datePart(cell, feature.part) : cell;
  return ((lost ? feature.fill : value) - feature.centre) / feature.spread;
}

/** Numbers or bytes as inputs; only bytes are multiplied by the network's scale. */
function scaleInputs(row, width, scale) {
  if (row.length !== width) throw new Error(`a row: expected ${width} inputs, got ${row.length}`);
  const isBytes = row instanceof Uint8Array || row instanceof Uint8ClampedArray;
  return Array.from(row, (value, k) => {
    if (isBytes) return value * scale;
    const fits = scale === 1 || (value >= 0 && value <= 255 * scale * 1.000001);
    if (typeof value === "number" && Number.isFinite(value) && fits) return value;
    const remedy = scale === 1 ? "" : `; give bytes as a Uint8Array, or 0 to ${255 * scale}`;
    throw new Error(`input ${k + 1}: expected a number, got ${value}${remedy}`);
  });
}

export { computeFeature, formatDate, isBlank, parseDate, readCell, readRow, scaleInputs };
