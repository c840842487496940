// The opened number: how a neuron's activation is computed, and which inputs speak for it.
import { backward } from "./engine.js";
import { element, formatNumber, makeBar, makeBars, makePicture, text } from "./figures.js";
import { activationFormula, errorFormula, sumFormula, termsFormula, unitFormula } from "./formulas.js";

const FIRST_TERMS = 8;
const MORE_TERMS = 40;
const IN_FORMULA = 3;

/** The panel below the network; `open(place)` opens another neuron. */
function makeExplanation({ layers, targetCentre, targetSpread }, image, names, open) {
  const heading = element("h2", { id: "opened" }, text("opened"));
  const address = element("code", { class: "address" });
  const formulas = element("div", { class: "formulas", role: "group", "aria-label": text("calculation") });
  const terms = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": text("calculation") });
  const more = element("button", { type: "button", class: "link" }, text("term_more"));
  const pictures = element("div", { class: "pictures" });
  const drawn = image && {
    weights: makePicture(text("weights_image"), text("weights_caption")),
    influence: makePicture(text("influence_image"), text("influence_caption")),
    products: makePicture(text("products_image"), text("products_caption")),
  };
  const bars = element("div", { class: "scroll" });
  const body = element("div", { class: "opened" },
    element("div", { class: "calculation" }, formulas, terms, more), pictures);
  const node = element("section", { "aria-labelledby": "opened", class: "panel wide" },
    element("div", { class: "panel-head" }, heading, address), body);
  let shownTerms = FIRST_TERMS;
  let latest = null;
  let place = "";
  more.addEventListener("click", () => { shownTerms += MORE_TERMS; update(...latest); });

  /** Show a neuron; deltas are the errors if `target` were the right answer, or null. */
  function update(trace, opened, deltas, target) {
    latest = [trace, opened, deltas, target];
    body.hidden = !trace;
    if (!trace) return;
    const here = `a[${opened.layer}][${opened.neuron}]`;
    if (here !== place) shownTerms = FIRST_TERMS;
    place = here;
    heading.textContent = names.title(opened);
    address.textContent = here;
    showCalculation(trace, opened, deltas, target);
    showInputs(trace, opened);
  }

  function showCalculation(trace, { layer, neuron }, deltas, target) {
    const { inputs, W, b, activation } = layers[layer - 1];
    const below = trace[layer - 1].a;
    const found = Array.from(below, (value, i) => {
      const weight = W[neuron * inputs + i];
      return { i, value, weight, product: weight * value };
    });
    found.sort((one, other) => Math.abs(other.product) - Math.abs(one.product));
    const [bias, z] = [b ? b[neuron] : null, trace[layer].z[neuron]];
    const rest = (from) => (found.length > from ? found.slice(from).reduce((sum, one) => sum + one.product, 0) : null);
    formulas.replaceChildren(
      sumFormula(z, bias),
      termsFormula(found.slice(0, IN_FORMULA), rest(IN_FORMULA), bias),
      activationFormula(activation, trace[layer], neuron),
      ...(layer === layers.length && targetCentre.length
        ? [unitFormula(trace[layer].a[neuron], targetSpread[neuron], targetCentre[neuron])] : []),
      ...(deltas ? [errorFormula(deltas[layer][neuron])] : []),
    );
    const shown = found.slice(0, shownTerms);
    const totals = { rest: rest(shownTerms), count: found.length - shown.length, bias, z };
    terms.replaceChildren(termsTable(shown, totals, { layer, delta: deltas?.[layer][neuron], target }));
    more.hidden = shownTerms >= found.length;
  }

  function termsTable(shown, { rest, count, bias, z }, { layer, delta, target }) {
    const largest = Math.max(...shown.map((one) => Math.abs(one.product)), Math.abs(bias ?? 0)) || 1;
    const head = ["term_from", "term_input", "term_weight", "term_product", "", "term_gradient"];
    const line = (first, cells) => element("tr", {}, element("th", { scope: "row" }, first),
      ...cells.map((cell) => element("td", {}, cell)));
    const gradient = (value) => (delta === undefined ? "" : formatNumber(delta * value));
    const lines = shown.map(({ i, value, weight, product }) => line(
      source(layer, i),
      [formatNumber(value), formatNumber(weight), formatNumber(product), makeBar(product / largest), gradient(value)],
    ));
    if (rest !== null) lines.push(line(text("term_rest", { count }), ["", "", formatNumber(rest), "", ""]));
    if (bias !== null) lines.push(line(text("term_bias"), ["", "", formatNumber(bias), makeBar(bias / largest), gradient(1)]));
    lines.push(line(text("term_total"), ["", "", formatNumber(z, 4), "", ""]));
    lines.at(-1).className = "total";
    return element("table", { class: "terms" },
      element("caption", {}, text(delta === undefined ? "terms" : "terms_gradient", { count: layers[layer - 1].inputs, target })),
      element("thead", {}, element("tr", {}, ...head.map((key) => element("th", { scope: "col" }, key ? text(key) : "")))),
      element("tbody", {}, ...lines));
  }

  /** Where a term comes from: an input's name, or a button that opens the neuron. */
  function source(layer, i) {
    if (layer === 1) return names.input(i);
    const open_ = () => open({ layer: layer - 1, neuron: i });
    return element("button", { type: "button", class: "link", onclick: open_ },
      text("neuron", { layer: layer - 1, place: i }));
  }

  function showInputs(trace, { layer, neuron }) {
    const unit = new Float64Array(layers[layer - 1].outputs);
    unit[neuron] = 1;
    const influence = backward(layers, trace, unit, layer)[0];
    const products = influence.map((one, i) => one * trace[0].a[i]);
    if (image) {
      const first = layer === 1 ? drawn.weights : drawn.influence;
      first.update(influence, image);
      drawn.products.update(products, image);
      pictures.replaceChildren(first.node, drawn.products.node);
      return;
    }
    const all = Array.from(products, (_, i) => names.input(i));
    bars.replaceChildren(makeBars(text("strongest"), all, products));
    pictures.replaceChildren(bars, element("p", { class: "quiet" }, text("strongest_caption")));
  }
  return { node, update };
}

export { makeExplanation };
