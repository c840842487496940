// The drawing of the network: hidden neurons as buttons, answers as bars, lines where they matter.
import { element, formatNumber, formatPercent, greatestSize, paint, signedColour, text } from "./figures.js";
import { makeDisclosure, makeTable } from "./figures.js";

const MOST_NEURONS = 100;
const MOST_ANSWERS = 12;
const MOST_LINES = 12;
const SVG = "http://www.w3.org/2000/svg";

/** Places of the neurons of a layer that are drawn: those with the largest weights onward. */
function chooseNeurons(layers, l) {
  const { outputs, inputs, W } = layers[l + 1];
  const places = Array.from({ length: inputs }, (_, i) => i);
  if (inputs <= MOST_NEURONS) return places;
  const sizes = places.map((i) => {
    let sum = 0;
    for (let k = 0; k < outputs; k++) sum += W[k * inputs + i] ** 2;
    return sum;
  });
  places.sort((one, other) => sizes[other] - sizes[one]);
  return places.slice(0, MOST_NEURONS).sort((one, other) => one - other);
}

/**
 * Buttons for all hidden layers. `point(place, stays)` is called with { layer, neuron } when one is
 * pointed at or moved to, with null when it is left, and with stays = true when it is pressed.
 */
function makeHiddenLayers(layers, image, point) {
  const groups = layers.slice(0, -1).map((layer, l) => {
    const places = chooseNeurons(layers, l);
    const asImage = l === 0 && image;
    const buttons = new Map(places.map((neuron) => [
      neuron, makeNeuron({ layer: l + 1, neuron }, asImage ? layer : null, image, point),
    ]));
    const name = text("layer", { layer: l + 1 });
    const counts = { activation: layer.activation, count: layer.outputs, shown: places.length };
    const caption = text(places.length < layer.outputs ? "layer_some" : "layer_caption", counts);
    const table = makeDisclosure(name);
    const grid = element("div", { class: "neurons", role: "group", "aria-label": `${name}: ${caption}` },
      ...buttons.values());
    roveWithin(grid);
    const node = element("div", { class: "layer" },
      element("h3", {}, name, " ", element("span", { class: "quiet" }, caption)), grid, table.node);
    return { node, buttons, table, name };
  });

  function update(trace) {
    groups.forEach(({ buttons, table, name }, l) => {
      const a = trace ? trace[l + 1].a : new Float64Array(layers[l].outputs);
      const largest = greatestSize(a) || 1;
      buttons.forEach((button, neuron) => showActivation(button, l + 1, neuron, a[neuron], largest));
      table.update(() => makeTable(name, ["", "z", "a"], Array.from(a, (one, j) => [
        text("neuron", { layer: l + 1, place: j }), trace ? formatNumber(trace[l + 1].z[j]) : "", formatNumber(one),
      ])));
    });
  }
  const anchor = (layer, neuron) => groups[layer - 1]?.buttons.get(neuron);
  /** Paint the weights, in the colours of the theme. */
  const repaint = () => groups.forEach(({ buttons }) => buttons.forEach((button) => button.repaint?.()));
  return { nodes: groups.map(({ node }) => node), update, anchor, repaint };
}

function makeNeuron(place, layer, image, point) {
  const button = element("button", { type: "button", class: layer ? "neuron image" : "neuron" });
  if (layer) {
    const canvas = element("canvas", { "aria-hidden": "true" });
    const from = place.neuron * layer.inputs;
    button.repaint = () => paint(canvas, layer.W.subarray(from, from + layer.inputs), image);
    button.append(canvas, element("span", { class: "level", "aria-hidden": "true" }));
  }
  listen(button, place, point);
  return button;
}

function listen(button, place, point) {
  button.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && point(place, false));
  button.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && point(null, false));
  button.addEventListener("focus", () => button.matches(":focus-visible") && point(place, true));
  button.addEventListener("click", () => point(place, true));
}

function showActivation(button, layer, neuron, value, largest) {
  const label = text("neuron_label", { layer, place: neuron, value: formatNumber(value) });
  button.setAttribute("aria-label", label);
  button.title = label;
  const fill = `rgb(${signedColour(value / largest).join(" ")})`;
  const level = button.querySelector(".level");
  if (!level) {
    button.style.background = fill;
    return;
  }
  level.style.width = `${100 * Math.abs(value / largest)}%`;
  level.style.background = fill;
}

/** One tab stop for a group of buttons: arrow keys, Home and End move within it. */
function roveWithin(group) {
  const buttons = () => [...group.querySelectorAll("button")];
  const stop = (chosen) => buttons().forEach((one) => { one.tabIndex = one === chosen ? 0 : -1; });
  stop(buttons()[0]);
  group.addEventListener("focusin", (event) => event.target.matches("button") && stop(event.target));
  group.addEventListener("keydown", (event) => {
    const all = buttons();
    const at = all.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : at + step;
    if (at < 0 || !all[to]) return;
    event.preventDefault();
    all[to].focus();
  });
}

/** The outputs as bars that are buttons; probabilities where the last layer gives them. */
function makeAnswers(layers, { outputs, classes }, point) {
  const { activation } = layers.at(-1);
  const areProbabilities = activation === "softmax" || (activation === "sigmoid" && classes.length > 0);
  const last = layers.length;
  const rows = Array.from({ length: Math.min(outputs.length, MOST_ANSWERS) }, () => {
    const parts = { name: element("span", { class: "name" }), bar: element("span", { class: "bar" }) };
    const value = element("span", { class: "value" });
    const button = element("button", { type: "button", class: "output" },
      parts.name, element("span", { class: "track", "aria-hidden": "true" }, parts.bar), value);
    return { ...parts, value, button, place: { layer: last, neuron: 0 } };
  });
  rows.forEach((row) => listen(row.button, row.place, point));
  const node = element("div", { class: "answers", role: "group", "aria-label": text("answer") },
    ...rows.map((row) => row.button));
  roveWithin(node);
  const format = areProbabilities ? formatPercent : (value) => formatNumber(value, 4);

  function update(values) {
    const order = Array.from(outputs, (_, k) => k);
    if (outputs.length > MOST_ANSWERS && values) order.sort((one, other) => values[other] - values[one]);
    const largest = areProbabilities ? 1 : greatestSize(values ?? []) || 1;
    const best = values && classes.length && outputs.length > 1 ? values.indexOf(Math.max(...values)) : -1;
    rows.forEach((row, at) => {
      const neuron = order[at];
      const value = values ? values[neuron] : 0;
      row.place.neuron = neuron;
      row.name.textContent = outputs[neuron];
      row.value.textContent = values ? format(value) : "";
      row.bar.style.width = `${100 * Math.min(Math.abs(value) / largest, 1)}%`;
      row.bar.className = value < 0 ? "bar minus" : "bar plus";
      row.button.classList.toggle("best", neuron === best);
      row.button.setAttribute("aria-label",
        text("output_label", { name: outputs[neuron], value: row.value.textContent || "–" }));
    });
  }
  const anchor = (neuron) => rows.find((row) => row.place.neuron === neuron)?.button;
  return { node, update, anchor, format };
}

/** Lines from and to the opened neuron, as thick as their products; behind everything else. */
function makeLines(frame, layers, anchor) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "lines");
  svg.setAttribute("aria-hidden", "true");
  frame.prepend(svg);

  function update(trace, opened) {
    svg.replaceChildren();
    if (!trace || !opened) return;
    const to = anchor(opened.layer, opened.neuron);
    const found = [...strongest(trace, opened), ...onward(trace, opened)];
    const largest = { in: 0, out: 0 };
    found.forEach((one) => { largest[one.way] = Math.max(largest[one.way], Math.abs(one.product)); });
    for (const { way, layer, neuron, product } of found) {
      const other = anchor(layer, neuron);
      if (!to || !other || !product) continue;
      const ends = way === "in" ? [other, to] : [to, other];
      svg.append(makeLine(frame, ends, product / largest[way]));
    }
  }

  function strongest(trace, { layer, neuron }) {
    const { inputs, W } = layers[layer - 1];
    const all = Array.from({ length: inputs }, (_, i) => ({
      way: "in", layer: layer - 1, neuron: i, product: W[neuron * inputs + i] * trace[layer - 1].a[i],
    }));
    all.sort((one, other) => Math.abs(other.product) - Math.abs(one.product));
    return all.slice(0, MOST_LINES);
  }

  function onward(trace, { layer, neuron }) {
    if (layer === layers.length) return [];
    const { inputs, outputs, W } = layers[layer];
    const all = Array.from({ length: outputs }, (_, k) => ({
      way: "out", layer: layer + 1, neuron: k, product: W[k * inputs + neuron] * trace[layer].a[neuron],
    }));
    all.sort((one, other) => Math.abs(other.product) - Math.abs(one.product));
    return all.slice(0, MOST_LINES / 2);
  }
  return { update };
}

function makeLine(frame, [from, to], strength) {
  const [origin, start, end] = [frame, from, to].map((one) => one.getBoundingClientRect());
  const across = end.left >= start.right;
  const [leaves, arrives] = end.top >= start.bottom ? ["bottom", "top"] : ["top", "bottom"];
  const [x1, y1] = across
    ? [start.right, start.top + start.height / 2] : [start.left + start.width / 2, start[leaves]];
  const [x2, y2] = across
    ? [end.left, end.top + end.height / 2] : [end.left + end.width / 2, end[arrives]];
  const half = across ? (x2 - x1) / 2 : (y2 - y1) / 2;
  const [dx, dy] = across ? [half, 0] : [0, half];
  const at = (x, y) => `${(x - origin.left).toFixed(1)} ${(y - origin.top).toFixed(1)}`;
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", `M${at(x1, y1)}C${at(x1 + dx, y1 + dy)} ${at(x2 - dx, y2 - dy)} ${at(x2, y2)}`);
  path.setAttribute("class", strength < 0 ? "line minus" : "line plus");
  path.setAttribute("stroke-width", (0.6 + 4.4 * Math.abs(strength)).toFixed(2));
  path.setAttribute("stroke-opacity", (0.25 + 0.55 * Math.abs(strength)).toFixed(2));
  return path;
}

export { makeAnswers, makeHiddenLayers, makeLines };
