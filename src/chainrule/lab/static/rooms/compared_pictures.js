// Weights and activations of two models as pictures side by side, with their difference.

import { NumberField } from "../controls.js";
import { greatest, usualSize } from "../colours.js";
import { PlainTable, TabledFigure } from "../figure.js";
import { NumberImage } from "../image.js";
import { say } from "../messages.js";
import { OpenButton } from "../table.js";
import { html } from "../ui.js";
import { sideName } from "./compared_answers.js";

const PARTS = ["first", "second", "apart"];

function names(view) {
  return [...view.compare.sides.map(sideName), say("compare.apart")];
}

/** A number that opens, in both models and their difference. */
function pairRow({ address, texts }, view, open) {
  return [address, html`<${OpenButton} address=${address} text=${texts[0]} selected=${view.state.select} open=${open} />`, texts[1], texts[2]];
}

/** @param {{view: object, actions: object}} properties */
export function WeightPictures({ view, actions }) {
  const { weights } = view.compare;
  if (!weights) return html`<p class="quiet">${say("compare.weights.unlike")}</p>`;
  const { layer, index, rows, columns } = weights;
  const scale = usualSize([...view.arrays.weights_first, ...view.arrays.weights_second]);
  const scales = [scale, scale, usualSize(view.arrays.weights_apart)];
  const place = (k) => (weights.is_whole ? `${Math.floor(k / columns)},${k % columns}` : `${index},${k}`);
  const heads = [say("compare.weight"), ...names(view)];
  const listed = [...(weights.biases ? [weights.biases] : []), ...weights.listed];
  const table = () => html`<${PlainTable} heads=${heads} rows=${listed.map((one) => pairRow(one, view, actions.open))} />
    ${weights.listed.length < columns * (weights.is_image ? rows : 1) && html`<p class="quiet">${say("compare.weights.some", { count: weights.listed.length })}</p>`}`;
  const title = weights.is_whole ? say("compare.weights.layer", { layer }) : say("look.weights", { index, layer });
  return html`<${TabledFigure} title=${title} table=${table}>
    <div class=${`triple ${weights.is_image ? "" : "flat"}`}>${PARTS.map((part, at) => html`<figure key=${part}>
      <${NumberImage} numbers=${view.arrays[`weights_${part}`]} rows=${rows} columns=${columns} kind="signed" scale=${scales[at]} label=${`${title}: ${names(view)[at]}`}
        open=${(k) => actions.open(`W[${layer}][${place(k)}]`)} /><figcaption>${names(view)[at]}</figcaption></figure>`)}</div>
    <${PlaceFields} weights=${weights} open=${actions.open} />
    ${weights.tiles.length > 0 && html`<${Tiles} view=${view} open=${actions.open} />`}
    <p class="quiet">${say("compare.scale")}</p>
  </${TabledFigure}>`;
}

/** Which neuron is shown; the number that is opened says it. */
function PlaceFields({ weights, open }) {
  const { layer, index, depth, width } = weights;
  return html`<div class="place">
    ${depth > 1 && html`<${NumberField} label=${say("compare.layer", { depth })} value=${layer} step="1" low="1" high=${depth} onEnter=${(number) => open(`z[${Math.round(number)}][0]`)} />`}
    <${NumberField} label=${say("compare.neuron", { last: width - 1 })} value=${index} step="1" low="0" high=${width - 1} onEnter=${(number) => open(`z[${layer}][${Math.round(number)}]`)} />
  </div>`;
}

/** The neurons of the first layer that differ most: each in both models, and the difference. */
function Tiles({ view, open }) {
  const { weights } = view.compare;
  const { rows, columns } = weights;
  const size = rows * columns;
  const scale = usualSize([...view.arrays.tiles_first, ...view.arrays.tiles_second]);
  const apart = usualSize(view.arrays.tiles_apart);
  const cut = (part, at) => view.arrays[`tiles_${part}`].subarray(at * size, (at + 1) * size);
  return html`<h4>${say("compare.tiles", { count: weights.tiles.length })}</h4>
    <div class="tiles">${weights.tiles.map((index, at) => html`<button key=${index} aria-pressed=${index === weights.index} aria-label=${say("compare.tile", { index })} onClick=${() => open(`z[1][${index}]`)}>
      ${PARTS.map((part) => html`<${NumberImage} key=${part} numbers=${cut(part, at)} rows=${rows} columns=${columns} kind="signed" scale=${part === "apart" ? apart : scale} label="" />`)}<span>${index}</span></button>`)}</div>`;
}

/** @param {{view: object, actions: object}} properties */
export function ActivationPictures({ view, actions }) {
  return view.compare.activations.map((layer) => html`<${Layer} key=${layer.layer} layer=${layer} view=${view} open=${actions.open} />`);
}

function Layer({ layer, view, open }) {
  const number = layer.layer;
  const array = (part) => view.arrays[`a${number}_${part}`];
  const scale = greatest([...array("first"), ...array("second")]);
  const parts = layer.same ? PARTS : PARTS.slice(0, 2);
  const title = say("compare.activations", { layer: number });
  const heads = [say("look.neuron"), ...names(view)];
  const table = () => html`<${PlainTable} heads=${heads} rows=${layer.rows.map((one) => pairRow(one, view, open))} />
    ${Math.max(...layer.widths) > layer.rows.length && html`<p class="quiet">${say("compare.neurons.some", { count: layer.rows.length })}</p>`}`;
  return html`<${TabledFigure} title=${title} table=${table} kind="strips">
    ${parts.map((part, at) => html`<div class="strip" key=${part}><span>${names(view)[at]}</span>
      <${NumberImage} numbers=${array(part)} rows=${1} columns=${array(part).length} kind="signed" scale=${part === "apart" ? greatest(array(part)) : scale} label=${`${title}: ${names(view)[at]}`} open=${(k) => open(`a[${number}][${k}]`)} /></div>`)}
  </${TabledFigure}>`;
}
