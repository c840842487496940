// The strokes of the drawing of the network, on a canvas.

import { bitmap, greatest, signed } from "./colours.js";
import { say } from "./messages.js";

const FONT = "12px system-ui, sans-serif";

/** The canvas's context with the theme's colours, the layout and the view. */

/** Find the node of a layer; layer 0 is that of the inputs. */
function nodeOf(layout, layer, index) {
  const inputs = layout.input && layout.input.nodes ? layout.input.nodes : [];
  return (layer ? layout.nodes : inputs).find((node) => node.layer === layer && node.index === index);
}

/**
 * Paint connections, the smallest first.
 * @param {object} brush
 * @param {ArrayLike<number>[]} edges rows of layer, neuron, neuron before it, and product
 * @param {boolean} backward whether arrows lead back
 * @param {boolean} lit whether they belong to the opened number
 */
export function paintEdges(brush, edges, backward, lit) {
  const { context, colours, layout } = brush;
  const most = greatest(edges.map((edge) => edge[3]));
  for (const [layer, to, from, product] of [...edges].reverse()) {
    const right = nodeOf(layout, layer, to);
    const left = nodeOf(layout, layer - 1, from);
    if (!right || !left) continue;
    const share = product / most;
    const [x0, y0] = [left.x + left.size, left.y + left.size / 2];
    const [x1, y1] = [right.x, right.y + right.size / 2];
    context.beginPath();
    context.moveTo(x0, y0);
    context.bezierCurveTo((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, x1, y1);
    context.lineWidth = (lit ? 1.5 : 0.5) + 3.5 * Math.abs(share);
    context.strokeStyle = signed(share < 0 ? -1 : 1, colours, lit ? 0.95 : 0.15 + 0.5 * Math.abs(share));
    context.setLineDash(backward ? [7, 4] : []);
    context.stroke();
    context.setLineDash([]);
    if (lit) paintArrow(context, x0, y0);
  }
}

function paintArrow(context, x, y) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + 8, y - 4);
  context.lineTo(x + 8, y + 4);
  context.fillStyle = context.strokeStyle;
  context.fill();
}

/** Paint the inputs: an image, or a node for each with its name. */
export function paintInput(brush) {
  const { context, colours, layout, view } = brush;
  const input = layout.input;
  if (!input) return;
  const x = view.arrays.x;
  if (input.kind === "image") {
    const [rows, columns] = view.network.inputs.shape;
    const products = view.arrays.neuron_products;
    const overlay = products && view.network.selected && view.network.selected[0] === 1;
    context.imageSmoothingEnabled = false;
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    if (overlay) {
      context.globalAlpha = 0.18;
      context.drawImage(bitmap(x, rows, columns, "ink", colours), input.x, input.y, input.width, input.height);
      context.globalAlpha = 1;
    }
    const numbers = overlay ? products : x;
    context.drawImage(bitmap(numbers, rows, columns, overlay ? "signed" : "ink", colours), input.x, input.y, input.width, input.height);
    context.strokeRect(input.x, input.y, input.width, input.height);
    paintWords(context, colours, say(overlay ? "neuron.products" : "net.input"), input.x + input.width / 2, 14);
    return;
  }
  const most = greatest(x);
  paintWords(context, colours, say("net.input"), input.nodes[0].x + input.nodes[0].size / 2, 14);
  for (const node of input.nodes) {
    paintDisc(context, colours, node, signed(x[node.index] / most, colours));
    context.textAlign = "right";
    context.fillStyle = colours.quiet;
    if (node.size >= 12) context.fillText(shorten(node.name, 15), node.x - 6, node.y + node.size / 2 + 4);
  }
}

function shorten(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Paint the names of the layers above them. */
export function paintHeads(brush) {
  for (const { layer, x, drawn, width } of brush.layout.columns) {
    const some = drawn < width ? ` (${say("net.more", { drawn, width })})` : "";
    paintWords(brush.context, brush.colours, say("net.layer", { layer }) + some, x, 14);
  }
}

function paintWords(context, colours, text, x, y) {
  context.font = FONT;
  context.textAlign = "center";
  context.fillStyle = colours.quiet;
  context.fillText(text, x, y);
}

/** Paint a neuron: its weights as an image or its activation as fill, its error as rim. */
export function paintNode(brush, node, look) {
  const { context, colours } = brush;
  if (look.map) paintMap(context, colours, node, look);
  else paintDisc(context, colours, node, look.fill);
  paintRim(context, colours, node, look);
  if (!look.map && node.size >= 40) paintValue(context, colours, node, look);
  if (look.name) paintOutput(brush, node, look);
}

/** Write the activation into a neuron that is large enough. */
function paintValue(context, colours, node, look) {
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "center";
  context.fillStyle = Math.abs(look.share) > 0.55 ? colours.paper : colours.ink;
  context.fillText(look.value, node.x + node.size / 2, node.y + node.size / 2 + 4);
}

function paintMap(context, colours, node, look) {
  context.fillStyle = colours.paper;
  context.fillRect(node.x, node.y, node.size, node.size);
  context.imageSmoothingEnabled = false;
  context.globalAlpha = look.silenced ? 0.12 : 0.3 + 0.7 * Math.min(1, Math.abs(look.share));
  context.drawImage(look.map, node.x, node.y, node.size, node.size);
  context.globalAlpha = 1;
  context.fillStyle = signed(look.share < 0 ? -1 : 1, colours);
  context.fillRect(node.x, node.y + node.size - 3, node.size * Math.min(1, Math.abs(look.share)), 3);
}

function paintDisc(context, colours, node, fill) {
  const radius = node.size / 2;
  context.beginPath();
  context.arc(node.x + radius, node.y + radius, radius - 1, 0, 2 * Math.PI);
  context.fillStyle = colours.paper;
  context.fill();
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.stroke();
}

function paintRim(context, colours, node, look) {
  const radius = node.size / 2;
  context.beginPath();
  if (look.map) context.rect(node.x, node.y, node.size, node.size);
  else context.arc(node.x + radius, node.y + radius, radius - 1, 0, 2 * Math.PI);
  context.strokeStyle = look.rim ? signed(look.rim < 0 ? -1 : 1, colours) : colours.line;
  context.lineWidth = 1 + 3 * Math.abs(look.rim);
  context.stroke();
  if (look.selected || look.pointed) {
    context.beginPath();
    context.rect(node.x - 2.5, node.y - 2.5, node.size + 5, node.size + 5);
    context.strokeStyle = colours.ink;
    context.lineWidth = look.selected ? 2 : 1;
    context.stroke();
  }
  if (look.silenced) {
    context.beginPath();
    context.moveTo(node.x, node.y + node.size);
    context.lineTo(node.x + node.size, node.y);
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

function paintOutput(brush, node, look) {
  const { context, colours } = brush;
  const x = node.x + node.size + 8;
  const y = node.y + node.size / 2;
  const answer = brush.view.answer;
  const best = answer && answer.best === node.index && !answer.withheld;
  context.font = best ? `600 ${FONT}` : FONT;
  context.textAlign = "left";
  context.fillStyle = colours.ink;
  context.fillText(shorten(look.name, 11), x, y + 4);
  context.font = FONT;
}
