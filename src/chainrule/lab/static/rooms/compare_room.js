// Compare: two models tensor by tensor, weight by weight, and answer by answer.

import { Choice, ErrorText, NumberField } from "../controls.js";
import { NumberImage } from "../image.js";
import { say } from "../messages.js";
import { html } from "../ui.js";
import { ActivationPictures, WeightPictures } from "./compared_pictures.js";
import { AnswerRows, Outputs, sideName } from "./compared_answers.js";
import { ExampleField } from "./draw.js";

/** @param {{view: object, hidden: Set<string>, actions: object}} properties */
export function CompareRoom({ view, hidden, actions }) {
  const { compare } = view;
  if (!compare) return html`<div class="columns"><section class="card wide"><${ErrorText} error=${view.error} /></section></div>`; // of the trial
  const put = (changes, history) => actions.change({ compare: { ...view.state.compare, ...changes } }, history);
  return html`<div class="columns compare">
    <section class="card">
      ${!hidden.has("models") && html`<${Models} view=${view} put=${put} />`}
      <${ErrorText} error=${view.error} />
      ${compare.misfit && html`<p class="error" role="alert">${compare.misfit}</p>`}
      ${compare.outputs && html`<${Example} view=${view} actions=${actions} />`}
    </section>
    <section class="card wide">
      ${compare.models && html`<${FirstDifference} view=${view} actions=${actions} put=${put} />
        <${Tensors} view=${view} actions=${actions} />
        <${WeightPictures} view=${view} actions=${actions} />
        ${compare.activations && html`<${ActivationPictures} view=${view} actions=${actions} />`}`}
    </section>
    <section class="card">
      ${compare.opened && html`<${OpenedInBoth} view=${view} put=${put} />`}
      ${compare.outputs && html`<${Outputs} view=${view} actions=${actions} />`}
      ${compare.models && !compare.misfit && html`<${AnswerRows} view=${view} actions=${actions} />`}
    </section>
  </div>`;
}

function Models({ view, put }) {
  const { compare } = view;
  return html`<h2>${say("compare.models")}</h2>
    ${["first", "second"].map((which, at) => html`<${Side} key=${which} which=${which} side=${compare.sides[at]} model=${(compare.models ?? [])[at]} choices=${compare.choices} put=${put} />`)}
    <button onClick=${() => put({ first: compare.sides[1], second: compare.sides[0] })}>${say("compare.swap")}</button>
    ${compare.choices.length < 3 && html`<p class="quiet">${say("compare.hint")}</p>`}`;
}

function Side({ which, side, model, choices, put }) {
  const [name, epoch] = side.split(":");
  const chosen = choices.find((one) => one.model === name);
  const epochs = chosen && chosen.epochs;
  const options = choices.map((one) => [one.model, one.model === "A" || one.model === "B" ? `${one.model}: ${one.name}` : say(`compare.side.${one.model}`)]);
  return html`<div class="side"><${Choice} label=${say(`compare.${which}`)} value=${name} options=${options} onChoose=${(text) => put({ [which]: text })} />
    ${epochs && html`<div class="epochs"><label><input type="checkbox" checked=${epoch !== undefined} onChange=${(event) => put({ [which]: event.target.checked ? `${name}:${epochs.last}` : name })} /> ${say("compare.epoch.use")}</label>
      ${epoch !== undefined && html`<${NumberField} label=${say("compare.epoch", { first: epochs.first, last: epochs.last })} value=${epoch} step="1" low=${epochs.first} high=${epochs.last}
        onEnter=${(number) => put({ [which]: `${name}:${Math.round(number)}` })} />`}</div>`}
    ${model && html`<p class="quiet">${say("compare.model", { layers: model.layers, activations: model.activations.join(", "), count: model.parameters })}</p>`}
  </div>`;
}

function Example({ view, actions }) {
  const { compare } = view;
  return html`<h3>${say("look.example")}</h3>
    ${compare.shape.length > 0 && html`<${NumberImage} numbers=${view.arrays.x} rows=${compare.shape[0]} columns=${compare.shape[1]} kind="ink" label=${say("look.example")} />`}
    ${view.examples.count > 0 && html`<${ExampleField} view=${view} actions=${actions} label=${say("draw.example.row")} />`}
    <p>${say("look.target")} <strong>${compare.target}</strong></p>
    <${Choice} label=${say("look.digits")} value=${view.state.digits ?? 6} options=${[3, 4, 6, 9, 12, 17].map((n) => [n, n])}
      onChoose=${(digits) => actions.change({ digits: Number(digits) })} />`;
}

function FirstDifference({ view, actions, put }) {
  const { compare } = view;
  const first = compare.first_difference;
  const sides = compare.sides.map(sideName);
  return html`<h2>${say("compare.title", { first: sides[0], second: sides[1] })}</h2>
    ${!compare.alike && html`<p class="sentence">${say("compare.unlike")}</p>`}
    ${compare.alike && !first && html`<p class="sentence">${say(compare.sides.includes("changed") ? "compare.unchanged" : "compare.same")}</p>`}
    ${first && html`<p class="sentence">${say("compare.first.difference", { count: first.count, total: first.total, layer: first.layer })}
        <button class="number" onClick=${() => actions.open(first.address)}>${first.address}</button></p>
      <dl class="both"><div><dt>${sides[0]}</dt><dd>${first.texts[0]}</dd></div><div><dt>${sides[1]}</dt><dd>${first.texts[1]}</dd></div>
        <div><dt>${say("compare.apart")}</dt><dd>${first.difference}</dd></div></dl>`}
    ${compare.can_part && html`<${Parting} compare=${compare} put=${put} />`}`;
}

function Parting({ compare, put }) {
  if (!compare.parting) return html`<button onClick=${() => put({ parting: 1 })}>${say("compare.parting")}</button>`;
  return html`<h3>${say("compare.parting.title")}</h3>${compare.parting.sentences.map((sentence) => html`<p key=${sentence}>${sentence}</p>`)}`;
}

function Tensors({ view, actions }) {
  const { compare } = view;
  const heads = ["tensor", "shape", "norm.first", "norm.second", ...(compare.alike ? ["distance", "cosine", "largest"] : [])];
  const shape = (row) => (row.shapes[0] === row.shapes[1] ? row.shapes[0] : row.shapes.map((one) => one || "–").join(" | "));
  const largest = (row) => html`${row.largest}${row.at && html` <button class="number" aria-pressed=${view.state.select === row.at} onClick=${() => actions.open(row.at)}>${row.at}</button>`}`;
  return html`<h3>${say("compare.tensors")}</h3><div class="scroll"><table class="tensors"><thead><tr>${heads.map((head) => html`<th scope="col" key=${head}>${say(`compare.${head}`)}</th>`)}</tr></thead>
    <tbody>${compare.tensors.map((row) => html`<tr key=${row.name}><th scope="row">${row.name}</th><td>${shape(row)}</td><td>${row.norms[0]}</td><td>${row.norms[1]}</td>
      ${compare.alike && html`<td>${row.distance}</td><td>${row.cosine || "–"}</td><td class="largest">${largest(row)}</td>`}</tr>`)}</tbody></table></div>`;
}

/** The opened number of both, and whose formula stands below. */
function OpenedInBoth({ view, put }) {
  const { opened, sides } = view.compare;
  const shown = (view.state.compare ?? {}).opened ?? 1;
  return html`<h2><code>${opened.address}</code></h2>
    <dl class="both"><div><dt>${sideName(sides[0])}</dt><dd>${opened.texts[0]}</dd></div><div><dt>${sideName(sides[1])}</dt><dd>${opened.texts[1]}</dd></div>
      <div><dt>${say("compare.apart")}</dt><dd>${opened.texts[2]}</dd></div></dl>
    <div class="switch" role="group" aria-label=${say("compare.formula")}>${[1, 2].map((one) => html`
      <button key=${one} aria-pressed=${shown === one} onClick=${() => put({ opened: one }, "replace")}>${say("compare.formula.of", { side: sideName(sides[one - 1]) })}</button>`)}</div>`;
}
