// Colours of numbers: blue above 0, orange below, as in the figures; the theme is the style sheet's.

/** @returns {{ink: string, quiet: string, line: string, paper: string, blue: number[], orange: number[]}} */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    ink: value("--ink"),
    quiet: value("--quiet"),
    line: value("--line"),
    paper: value("--paper"),
    blue: value("--blue-rgb").split(",").map(Number),
    orange: value("--orange-rgb").split(",").map(Number),
  };
}

/**
 * Return the colour of a number.
 * @param {number} share from -1 to 1
 * @param {ReturnType<typeof theme>} colours
 * @param {number} [alpha] of a share of 1
 */
export function signed(share, colours, alpha = 1) {
  const [r, g, b] = share < 0 ? colours.orange : colours.blue;
  return `rgba(${r},${g},${b},${Math.min(1, Math.abs(share)) * alpha})`;
}

/** @param {ArrayLike<number>} numbers @returns {number} the greatest size, or 1 where all are 0 */
export function greatest(numbers) {
  let most = 0;
  for (let at = 0; at < numbers.length; at += 1) most = Math.max(most, Math.abs(numbers[at]));
  return most || 1;
}

/** The size that all but a fiftieth of the numbers stay below: a few outliers leave no image pale. */
export function usualSize(numbers) {
  const sizes = Float32Array.from(numbers, Math.abs).sort();
  return sizes[Math.floor(0.98 * (sizes.length - 1))] || greatest(numbers);
}

/**
 * Draw numbers into a small canvas of their own, a pixel each.
 * @param {ArrayLike<number>} numbers row by row
 * @param {number} rows @param {number} columns
 * @param {"signed" | "ink"} kind signed colours, or ink from 0 to 1 on paper
 * @param {ReturnType<typeof theme>} colours
 * @param {number} [scale] of signed colours, shared by images that are compared
 */
export function bitmap(numbers, rows, columns, kind, colours, scale = kind === "signed" ? usualSize(numbers) : 1) {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const above = kind === "signed" ? colours.blue : inkColour(colours);
  const below = kind === "signed" ? colours.orange : above;
  const data = image.data;
  for (let at = 0, to = 0; at < rows * columns; at += 1, to += 4) {
    const number = numbers[at];
    const colour = number < 0 ? below : above;
    data[to] = colour[0];
    data[to + 1] = colour[1];
    data[to + 2] = colour[2];
    data[to + 3] = (255 * Math.abs(number)) / scale; // clamped to 255
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function inkColour(colours) {
  return [1, 3, 5].map((at) => parseInt(colours.ink.slice(at, at + 2), 16));
}
