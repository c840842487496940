// Where each neuron of the drawing stands.

const GAP = 4;
const WIDE_GAP = 1.4; // of a neuron's size, where a layer has room
const MOST_SIZE = 46;
const ONE_COLUMN = 12; // neurons that stand in one column
const NAME_WIDTH = 76; // of the outputs' names
const LEAST_SPACE = 10; // between two layers
const BESIDE = 22; // between an image and the first layer, where no connection is drawn

/**
 * A neuron of the drawing.
 * @typedef {{layer: number, index: number, place: number, x: number, y: number, size: number}} Node
 */

/**
 * Lay out a network.
 * @param {object} network of a view
 * @param {number} width @param {number} height
 * @returns {{input: object | null, nodes: Node[], columns: object[]}}
 */
export function layOut(network, width, height) {
  const top = 26;
  const shown = network.layers.map((layer) => layer.drawn.length);
  const input = placeInput(network.inputs, width, height);
  const left = input ? input.x + input.width : 0;
  const right = width - NAME_WIDTH;
  const columns = shown.map((count) => columnCount(count, height - top, width));
  const first = input && input.kind === "image" ? BESIDE : 0;
  const gaps = shown.length - (input && !first ? 0 : 1);
  const tallest = shown.map((count, at) => cellSize(count, columns[at], height - top));
  const total = (some) => some.reduce((sum, size, at) => sum + columns[at] * (size + GAP), 0);
  const fitting = (right - left - first - LEAST_SPACE * gaps) / total(tallest);
  const sizes = tallest.map((size) => Math.max(8, Math.min(1, fitting) * (size + GAP) - GAP));
  const used = total(sizes);
  const space = Math.max(LEAST_SPACE, (right - left - used - first) / Math.max(1, gaps));
  const nodes = [];
  const heads = [];
  let x = left + (first || (input ? space : 0));
  network.layers.forEach((layer, at) => {
    const size = sizes[at];
    const rows = Math.ceil(layer.drawn.length / columns[at]);
    const step = Math.max(size + GAP, Math.min(WIDE_GAP * size + size, (height - top) / rows));
    const between = columns[at] === 1 ? step : size + GAP;
    const begin = top + (height - top - rows * between + between - size) / 2;
    heads.push({ layer: layer.layer, x: x + (columns[at] * (size + GAP)) / 2, drawn: shown[at], width: layer.width });
    layer.drawn.forEach((index, place) => {
      const column = Math.floor(place / rows);
      nodes.push({
        layer: layer.layer, index, place, size,
        x: x + column * (size + GAP), y: begin + (place % rows) * between,
      });
    });
    x += columns[at] * (size + GAP) + space;
  });
  return { input, nodes, columns: heads };
}

function columnCount(count, height, width) {
  const fitting = width < 500 ? ONE_COLUMN : ONE_COLUMN + 4;
  return Math.max(1, Math.ceil(count / fitting));
}

function cellSize(count, columns, height) {
  const rows = Math.ceil(count / columns);
  return Math.max(8, Math.min(MOST_SIZE, height / rows - GAP));
}

function placeInput(inputs, width, height) {
  if (inputs.shape.length) {
    const side = Math.min(0.26 * width, 170);
    const tall = (side * inputs.shape[0]) / inputs.shape[1];
    return { kind: "image", x: 1, y: 26 + (height - 26 - tall) / 2, width: side, height: tall };
  }
  if (!inputs.names.length) return null;
  const size = Math.max(8, Math.min(30, (height - 26) / inputs.count - GAP));
  const step = Math.max(size + GAP, Math.min(2.4 * size, (height - 26) / inputs.count));
  const nodes = inputs.names.map((name, index) => ({
    layer: 0, index, place: index, size, name, x: Math.min(110, 0.2 * width),
    y: 26 + (height - 26 - inputs.count * step + step - size) / 2 + index * step,
  }));
  return { kind: "nodes", x: 0, y: 26, width: Math.min(110, 0.2 * width) + size, height, nodes };
}

/** @param {{nodes: Node[], input: object | null}} layout @returns {Node | null} the node at a point */
export function nodeAt(layout, x, y) {
  const inputs = layout.input && layout.input.nodes ? layout.input.nodes : [];
  const within = (node) => x >= node.x - 2 && x <= node.x + node.size + 2 && y >= node.y - 2 && y <= node.y + node.size + 2;
  return [...layout.nodes, ...inputs].find(within) ?? null;
}
