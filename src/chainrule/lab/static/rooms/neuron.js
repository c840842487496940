// A neuron: what it looks for, what moves it, and what the visitor may change of it.

import { NumberField } from "../controls.js";
import { NumberImage } from "../image.js";
import { say } from "../messages.js";
import { html } from "../ui.js";

/** @param {{view: object, actions: object}} properties */
export function NeuronPanel({ view, actions }) {
  const { neuron } = view;
  if (!neuron) return html`<p class="quiet">${say("neuron.none")}</p>`;
  const { layer, index } = neuron;
  const open = actions.open;
  return html`<h3>${say("neuron.title", { index, layer })}</h3>
    <p><button class="number" onClick=${() => open(`z[${layer}][${index}]`)}>z = ${neuron.z}</button>
      <button class="number" onClick=${() => open(`a[${layer}][${index}]`)}>a = ${neuron.a}</button></p>
    <${Images} view=${view} actions=${actions} />
    <${Edits} view=${view} actions=${actions} />
    <h4>${say("neuron.strongest")}</h4>
    <div class="scroll"><table><thead><tr>${["input", "a", "weight", "product"].map((name) => html`<th scope="col" key=${name}>${say(`neuron.column.${name}`)}</th>`)}</tr></thead>
      <tbody>${neuron.strongest.map((one) => html`<tr key=${one.input}><th scope="row">${one.name}</th>
        <td><button class="number" onClick=${() => open(`a[${layer - 1}][${one.input}]`)}>${one.texts[0]}</button></td>
        <td><button class="number" onClick=${() => open(`W[${layer}][${index},${one.input}]`)}>${one.texts[1]}</button></td>
        <td class="right">${one.texts[2]}</td></tr>`)}</tbody></table></div>`;
}

/** Weights as an image, where the inputs are pixels. */
function Images({ view, actions }) {
  const { layer, index } = view.neuron;
  const shape = view.network.inputs.shape;
  if (layer !== 1 || !shape.length) return null;
  const image = (name, label, open) => html`<figure><${NumberImage} numbers=${view.arrays[name]} rows=${shape[0]} columns=${shape[1]} kind="signed" label=${label} open=${open} /><figcaption>${label}</figcaption></figure>`;
  return html`<div class="pair">
    ${image("neuron_weights", say("neuron.weights"), (k) => actions.open(`W[1][${index},${k}]`))}
    ${image("neuron_products", say("neuron.products"), (k) => actions.open(`a[0][${k}]`))}
  </div>`;
}

function Edits({ view, actions }) {
  const { layer, index, bias, hidden, silenced } = view.neuron;
  const edits = view.state.edits ?? [];
  const set = (address, value) => actions.change({ edits: [...edits.filter(([name]) => name !== address), [address, value]] });
  const quiet = view.state.silenced ?? [];
  const address = `a[${layer}][${index}]`;
  const toggle = () => actions.change({ silenced: silenced ? quiet.filter((one) => one !== address) : [...quiet, address] });
  const weight = /^W\[/.test(view.state.select ?? "") ? view.opened : null;
  return html`<div class="edits">
    ${bias !== null && html`<${NumberField} label=${say("neuron.bias")} value=${Number(bias.toPrecision(6))} onEnter=${(value) => set(`b[${layer}][${index}]`, value)} />`}
    ${weight && html`<${NumberField} label=${say("neuron.weight", { address: weight.address })} value=${Number(weight.value.toPrecision(6))} onEnter=${(value) => set(weight.address, value)} />`}
    ${hidden && html`<button aria-pressed=${silenced} onClick=${toggle}>${say(silenced ? "neuron.wake" : "neuron.silence")}</button>`}
    ${silenced && html`<p class="quiet">${say("neuron.silenced")}</p>`}
  </div>`;
}
