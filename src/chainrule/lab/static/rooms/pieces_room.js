// Approximate: what neurons of one hidden layer add up to, beside the function that is typed.

import { Choice, EdgeSlider, ErrorText, NumberField, Slider } from "../controls.js";
import { say } from "../messages.js";
import { NetworkDrawing } from "../net.js";
import { OpenButton } from "../table.js";
import { html } from "../ui.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [620, 380, 50, 24, 10];

/** @param {{view: object, actions: object}} properties */
export function PiecesRoom({ view, actions }) {
  const { pieces } = view;
  return html`<div class="columns descend">
    <section class="card"><${PiecesForm} view=${view} actions=${actions} /><${ErrorText} error=${view.error} /></section>
    <section class="card wide">${pieces
      ? html`<${PiecesPicture} view=${view} /><${NetworkDrawing} view=${view} maps=${null} open=${actions.open}><${EdgeSlider} view=${view} actions=${actions} /></${NetworkDrawing}>`
      : html`<p class="quiet">${say("plane.nothing")}</p>`}</section>
    <section class="card">${pieces && html`<${PiecesTable} view=${view} open=${actions.open} />`}</section>
  </div>`;
}

function PiecesForm({ view, actions }) {
  const state = { formula: "x^2 - 2x + 1.5", neurons: 4, bend: "relu", at: 1, ...view.state };
  const put = (changes, history) => actions.change({ ...changes, select: undefined }, history);
  return html`<h2>${say("descend.function")}</h2>
    <label class="field formula-field"><span>f =</span>
      <input value=${state.formula} maxlength="200" spellcheck=${false} autocapitalize="off" aria-label=${say("descend.formula")} onChange=${(event) => put({ formula: event.target.value })} /></label>
    <p class="quiet">${say("pieces.hint")}</p>
    <${Slider} label=${say("pieces.neurons")} value=${state.neurons} low="1" high="30" step="1" text=${state.neurons} onMove=${(neurons) => put({ neurons }, "replace")} />
    <${Choice} label=${say("pieces.bend")} value=${state.bend} options=${["relu", "sigmoid"].map((one) => [one, one])} onChoose=${(bend) => put({ bend })} />
    <${NumberField} label=${say("pieces.at")} value=${state.at} low="-3" high="3" onEnter=${(at) => actions.change({ at })} />`;
}

/** From least to greatest: all of the sum, and of the pieces what is not too far from it. */
function heights(sums, pieces) {
  const ends = (rows) => rows.map((row) => [Math.min(...row), Math.max(...row)]).flat();
  const [low, high] = [Math.min(0, ...ends(sums)), Math.max(0, ...ends(sums))];
  const room = (high - low) / 2;
  return [Math.min(low, Math.max(low - room, Math.min(...ends(pieces)))), Math.max(high, Math.min(high + room, Math.max(...ends(pieces))))];
}

function PiecesPicture({ view }) {
  const { curves } = view.arrays;
  const [count, length] = curves.shape;
  const rows = [...Array(count).keys()].map((at) => curves.subarray(at * length, (at + 1) * length));
  const [x, target, total, ...pieces] = rows;
  const [low, high] = heights([target, total], pieces);
  const across = (number) => LEFT + ((number - x[0]) / (x[length - 1] - x[0])) * (WIDTH - LEFT - 8);
  const up = (number) => TOP + ((high - number) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
  const line = (row) => Array.from(row, (number, at) => `${across(x[at]).toFixed(1)},${up(number).toFixed(1)}`).join(" ");
  const chosen = view.state.at ?? 1;
  return html`<figure class="descent-picture"><svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${say("pieces.label", { count: pieces.length, error: view.pieces.error })}>
      <clipPath id="pieces-clip"><rect x=${LEFT} y=${TOP - 4} width=${WIDTH - LEFT - 8} height=${HEIGHT - TOP - BOTTOM + 8} /></clipPath>
      <g class="axes"><line x1=${LEFT} x2=${WIDTH - 8} y1=${up(0)} y2=${up(0)} /><line x1=${across(chosen)} x2=${across(chosen)} y1=${TOP} y2=${HEIGHT - BOTTOM} />
        ${[low, high].map((one) => html`<text x=${LEFT - 6} y=${up(one) + 4} text-anchor="end">${Number(one.toPrecision(3))}</text>`)}
        ${[-3, 0, 3].map((one) => html`<text x=${across(one)} y=${HEIGHT - 6} text-anchor=${one === 3 ? "end" : "middle"}>${one}</text>`)}</g>
      <g clip-path="url(#pieces-clip)">${pieces.map((piece, at) => html`<polyline key=${at} class="piece" points=${line(piece)} />`)}
        <polyline class="total" points=${line(total)} /><polyline class="target" points=${line(target)} /></g>
    </svg>
    <figcaption class="quiet">${say("pieces.key")}</figcaption></figure>`;
}

function PiecesTable({ view, open }) {
  const { rows, bias, answer, error, error_at: at } = view.pieces;
  const cell = (address, text) => html`<td><${OpenButton} address=${address} text=${text} selected=${view.state.select} open=${open} /></td>`;
  return html`<h2>${say("pieces.sum")}</h2><p class="sentence" role="status">${say("pieces.error", { error, at })}</p>
    <div class="scroll"><table><thead><tr>${["#", say("pieces.place"), say("pieces.weight"), say("pieces.activation")].map((head) => html`<th scope="col" key=${head}>${head}</th>`)}</tr></thead>
    <tbody>${rows.map((row, j) => html`<tr key=${j}><th scope="row">${j}</th><td>${row.place}</td>${cell(`W[2][0,${j}]`, row.weight)}${cell(`a[1][${j}]`, row.activation)}</tr>`)}
      <tr><th scope="row" colspan="2">${say("pieces.bias")}</th>${cell("b[2][0]", bias)}<td></td></tr>
      <tr><th scope="row" colspan="2">${say("pieces.answer")}</th><td></td>${cell("a[2][0]", answer)}</tr></tbody></table></div>
    <p class="quiet">${say("pieces.explain")}</p>`;
}
