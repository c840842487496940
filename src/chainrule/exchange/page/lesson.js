// The backward pass towards a right answer that the reader chooses.
import { backward, computeCost, forward, outputError } from "./engine.js";
import { element, formatNumber, formatPercent, makeBars, makePicture, makeTable, text } from "./figures.js";
import { readDecimal } from "./form.js";
import { costFormula } from "./formulas.js";

const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
const USUAL_RATE = { image: 2, row: 5 }; // places in RATES

/** The section on the gradient; `onTarget` is called when another answer is chosen. */
function makeLesson(network, image, names, onTarget) {
  const { layers, classes, outputs, cost } = network;
  const chooser = classes.length ? chooseClass(classes, onTarget) : chooseNumbers(outputs, onTarget);
  const costLine = element("p", { class: "cost", role: "status" });
  const formula = element("div", { class: "formulas" });
  const picture = image && makePicture(text("lower_image"), text("lower_caption"));
  const bars = element("div", { class: "scroll" });
  const norms = element("div", { class: "scroll" });
  const rate = element("input", {
    type: "range", min: "0", max: String(RATES.length - 1), step: "1",
    value: String(image ? USUAL_RATE.image : USUAL_RATE.row),
    "aria-label": text("step_rate"), oninput: () => latest && showStep(...latest),
  });
  const step = element("div", { class: "step" });
  const rateName = element("span", {});
  const inputs = image
    ? picture.node
    : element("div", {}, bars, element("p", { class: "quiet" }, text("lower_inputs_caption")));
  const body = element("div", { class: "lesson" },
    element("div", {}, costLine, formula, norms,
      element("label", { class: "rate" }, rateName, rate), step),
    element("div", { class: "pictures" }, inputs));
  const node = element("section", { class: "panel wide", "aria-labelledby": "lesson" },
    element("div", { class: "panel-head" }, element("h2", { id: "lesson" }, text("lesson")), chooser.node),
    element("p", { class: "quiet intro" }, text("lesson_intro")), body);
  let latest = null;

  /** Show the gradients of a trace; returns the errors of all layers, or null without a target. */
  function update(trace) {
    const target = trace && chooser.read();
    latest = null;
    body.hidden = !target;
    if (!target) return null;
    const y = network.readTarget(target);
    const deltas = backward(layers, trace, outputError(cost, layers, trace, y));
    latest = [trace, y, deltas];
    const value = computeCost(cost, layers, trace, y);
    costLine.replaceChildren(element("strong", {}, `${text("cost")} ${formatNumber(value, 4)}`),
      " ", element("span", { class: "quiet" }, text("cost_of", { cost: cost.replaceAll("_", " ") })));
    formula.replaceChildren(costFormula(cost, trace.at(-1).a, y, value));
    const down = deltas[0].map((one) => -one);
    if (image) picture.update(down, image);
    else bars.replaceChildren(makeBars(text("lower_inputs"), Array.from(down, (_, i) => names.input(i)), down));
    norms.replaceChildren(normsTable(layers, trace, deltas));
    showStep(...latest);
    return deltas;
  }

  function showStep(trace, y, deltas) {
    const eta = RATES[Number(rate.value)];
    rateName.textContent = text("step", { rate: formatNumber(eta, 1) });
    rate.setAttribute("aria-valuetext", formatNumber(eta, 1));
    const after = stepForward(layers, trace, deltas, eta);
    const [was, is] = [trace, after].map((one) => formatNumber(computeCost(cost, layers, one, y)));
    const lines = [text("step_cost", { before: was, after: is })];
    const place = y.length > 1 ? y.indexOf(1) : 0;
    const values = [trace, after].map((one) => network.restore(one.at(-1).a)[place]);
    const format = (value) => classes.length && value > 0.001 ? formatPercent(value) : formatNumber(value, 4);
    const [before, then] = values.map(format);
    if (place >= 0) lines.unshift(text("step_class", { name: outputs[place], before, after: then }));
    step.replaceChildren(...lines.map((line) => element("p", {}, line)));
  }
  return { node, update, suggest: chooser.suggest, target: () => String(chooser.read()) };
}

/**
 * The trace after a step of gradient descent, W − η δ aᵀ and b − η δ. For inputs a' of a layer this
 * lowers z by η δ (a · a' + 1), so that no weights are copied.
 */
function stepForward(layers, trace, deltas, rate) {
  return layers.reduce((after, layer, l) => {
    const below = after.at(-1).a;
    const overlap = trace[l].a.reduce((sum, one, i) => sum + one * below[i], layer.b ? 1 : 0);
    const b = deltas[l + 1].map((delta, j) => (layer.b ? layer.b[j] : 0) - rate * delta * overlap);
    return [...after, forward([{ ...layer, b }], below)[1]];
  }, [trace[0]]);
}

const normOf = (values) => Math.sqrt(values.reduce((sum, one) => sum + one * one, 0));

/** The norm of an outer product is the product of the norms. */
function normsTable(layers, trace, deltas) {
  const head = [text("norms"), "‖δ‖", "‖∂C/∂W‖", "‖∂C/∂b‖"];
  return makeTable(text("norms_caption"), head, layers.map(({ b }, l) => {
    const [delta, below] = [normOf(deltas[l + 1]), normOf(trace[l].a)];
    return [text("layer", { layer: l + 1 }), formatNumber(delta), formatNumber(delta * below), b ? formatNumber(delta) : "–"];
  }));
}

function chooseClass(classes, onTarget) {
  const control = element("select", { id: "target", onchange: () => onTarget() },
    ...classes.map((one) => element("option", {}, one)));
  const node = element("label", { class: "target" }, text("target_class"), control);
  // Until the reader has chosen, it is the second most likely: the answer itself has little to learn.
  let chosen = false;
  control.addEventListener("change", () => { chosen = true; });
  const suggest = (values) => {
    if (chosen || !values) return;
    const place = values.length === 1 ? Number(values[0] <= 0.5) : secondPlace(values);
    control.selectedIndex = place;
  };
  return { node, suggest, read: () => classes[control.selectedIndex] };
}

function secondPlace(values) {
  const order = Array.from(values, (_, k) => k).sort((one, other) => values[other] - values[one]);
  return order[1];
}

function chooseNumbers(outputs, onTarget) {
  let chosen = false;
  const controls = outputs.map((name) => element("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": text("target_number", { name }),
    oninput: () => { chosen = true; onTarget(); },
  }));
  const node = element("div", { class: "target" }, ...controls.map((control, k) =>
    element("label", {}, text("target_number", { name: outputs[k] }), control)));
  const suggest = (values) => {
    if (chosen || !values) return;
    controls.forEach((control, k) => { control.value = String(Number((1.1 * values[k] || 1).toPrecision(3))); });
  };
  const read = () => {
    const numbers = controls.map((control) => Number(readDecimal(control.value) || NaN));
    controls.forEach((control, k) => control.setAttribute("aria-invalid", String(!Number.isFinite(numbers[k]))));
    return numbers.every(Number.isFinite) ? numbers : null;
  };
  return { node, suggest, read };
}

export { makeLesson };
