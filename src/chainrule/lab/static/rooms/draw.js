// Draw: from ink or a form to an answer, and what each neuron adds to it.

import { InkCanvas } from "../canvas.js";
import { Choice, EdgeSlider, ErrorText, NumberField, Slider } from "../controls.js";
import { NumberImage } from "../image.js";
import { say } from "../messages.js";
import { NetworkDrawing } from "../net.js";
import { OpenButton } from "../table.js";
import { html } from "../ui.js";
import { NeuronPanel } from "./neuron.js";

/** @param {{view: object, maps: object, hidden: Set<string>, actions: object}} properties */
export function DrawRoom(properties) {
  const { view, maps, hidden, actions } = properties;
  return html`<div class="columns">
    <section class="card">
      ${view.subject.takes_ink ? html`<${Ink} ...${properties} />` : html`<${Form} ...${properties} />`}
      <${ErrorText} error=${view.error} />
      ${view.stages && view.stages.length > 0 && !hidden.has("stages") && html`<${Stages} view=${view} />`}
    </section>
    <section class="card wide">
      ${view.network && html`<${NetworkDrawing} view=${view} maps=${maps} open=${actions.open}><${EdgeSlider} view=${view} actions=${actions} /></${NetworkDrawing}>`}
    </section>
    <section class="card">
      ${view.answer ? html`<${Answer} view=${view} actions=${actions} />` : html`<h2>${say("draw.answer")}</h2><p class="quiet">${say("draw.empty")}</p>`}
      ${!hidden.has("edit") && view.network && html`<${NeuronPanel} view=${view} actions=${actions} />`}
      ${!hidden.has("edit") && html`<${Changes} view=${view} actions=${actions} />`}
    </section>
  </div>`;
}

function Ink({ view, actions }) {
  const strokes = view.state.ink ?? [];
  const put = (ink, isDone) => actions.change({ ink, photo: undefined, example: undefined, digit: undefined, step: undefined, target: undefined }, isDone ? "push" : "replace");
  const shape = view.network ? view.network.inputs.shape : [];
  const example = shape.length ? { numbers: view.arrays.x, rows: shape[0], columns: shape[1] } : null;
  return html`<h2>${say("draw.title")}</h2>
    <${InkCanvas} strokes=${strokes} example=${example} onInk=${put} />
    <p class="quiet" id="draw-hint">${say("draw.hint")}</p>
    <div class="tools">
      <button onClick=${() => put([], true)}>${say("draw.clear")}</button>
      <button disabled=${strokes.length === 0} onClick=${() => put(strokes.slice(0, -1), true)}>${say("draw.stroke")}</button>
    </div>
    <${PhotoField} actions=${actions} />
    ${view.examples.count > 0 && html`<${ExampleField} view=${view} actions=${actions} label=${say("draw.example")} />`}
    ${view.drawn_digits > 1 && html`<p>${say("draw.several", { count: view.drawn_digits })}</p>
      <${Choice} label="" value=${view.state.digit ?? 0} options=${[...Array(view.drawn_digits).keys()].map((at) => [at, at + 1])}
        onChoose=${(at) => actions.change({ digit: Number(at) })} />`}`;
}

/** A photo: chosen, taken by a telephone's camera, pasted, or dropped here. */
function PhotoField({ actions }) {
  const take = (event, files) => {
    event.preventDefault();
    if (files.length) actions.photo(files[0]);
  };
  return html`<label class="field photo" onDragOver=${(event) => event.preventDefault()} onDrop=${(event) => take(event, event.dataTransfer.files)}>
    <span>${say("draw.photo")}</span><input type="file" accept="image/*" onChange=${(event) => take(event, event.target.files)} /></label>
    <p class="quiet">${say("draw.photo.hint")}</p>`;
}

/** The number of an example; it replaces what is drawn. */
export function ExampleField({ view, actions, label }) {
  const isShown = !(view.state.ink ?? []).length && !view.state.photo;
  const value = isShown ? (view.state.example ?? 0) : "";
  const choose = (example) => actions.change({ example, ink: undefined, photo: undefined, inputs: undefined, target: undefined, step: undefined, digit: undefined });
  return html`<${NumberField} label=${label} value=${value} step="1" low="0" high=${view.examples.count - 1} onEnter=${choose} />
    ${isShown && view.target && html`<p class="quiet">${say("draw.example.is", { name: view.target.text })}</p>`}`;
}

function Form({ view, actions }) {
  const set = (address, value) => {
    const others = (view.state.inputs ?? []).filter(([name]) => name !== address);
    actions.change({ inputs: [...others, [address, value]] });
  };
  return html`<h2>${say("draw.form")}</h2>
    <${ExampleField} view=${view} actions=${actions} label=${say("draw.example.row")} />
    <div class="form">${view.examples.fields.map((field) => field.choices.length
      ? html`<${Choice} key=${field.address} label=${field.name} value=${field.value ?? ""} options=${field.choices.map((text, at) => [at, text])} onChoose=${(at) => set(field.address, Number(at))} />`
      : html`<${NumberField} key=${field.address} label=${field.name} value=${field.value ?? ""} onEnter=${(number) => set(field.address, number)} />`)}</div>`;
}

function Stages({ view }) {
  return html`<details class="preparation" open=${innerWidth > 640}><summary>${say("draw.stages")}</summary>
    <ol class="stages">${view.stages.map((stage) => {
      const numbers = view.arrays[stage.array];
      return html`<li key=${stage.array}><${NumberImage} numbers=${numbers} rows=${numbers.shape[0]} columns=${numbers.shape[1]} kind="ink" label=${stage.sentence} /><span>${stage.name}</span></li>`;
    })}</ol>
    ${view.remarks.map((remark) => html`<p class="quiet">${remark}</p>`)}</details>`;
}

function Answer({ view, actions }) {
  const { answer } = view;
  const best = answer.outputs[answer.best];
  const most = Math.max(...answer.outputs.map((one) => Math.abs(one.value))) || 1;
  const scale = answer.classifies ? 1 : most;
  const percent = (value) => value < 1 && value > 0.999 ? "> 99.9 %" : `${(100 * value).toFixed(1)} %`;
  const abstain = view.state.abstain ?? 0;
  return html`<h2>${say("draw.answer")}</h2>
    ${answer.classifies && html`<p class=${best.name.length > 3 ? "answer long" : "answer"} aria-live="polite">${answer.withheld ? "?" : best.name} <small>${percent(best.value)}</small></p>`}
    ${answer.withheld && html`<p class="quiet">${say("draw.withheld")}</p>`}
    <table class="outputs"><tbody>${answer.outputs.map((one, at) => html`<tr key=${at} class=${at === answer.best ? "best" : ""}>
      <th scope="row">${one.name}</th>
      <td class="bars"><span class=${`bar ${one.value < 0 ? "orange" : "blue"}`} style=${{ width: `${(100 * Math.min(1, Math.abs(one.value) / scale)).toFixed(1)}%` }}></span></td>
      <td class="right"><${OpenButton} address=${one.address} text=${one.text} selected=${view.state.select} open=${actions.open} /></td>
    </tr>`)}</tbody></table>
    ${answer.classifies && html`<${Slider} label=${say("draw.abstain")} value=${abstain} low="0" high="1" step="0.01" text=${percent(abstain)} onMove=${(number) => actions.change({ abstain: number }, "replace")} />`}`;
}

function Changes({ view, actions }) {
  const edits = view.state.edits ?? [];
  const silenced = view.state.silenced ?? [];
  const lines = [
    ...edits.map(([address, value]) => [`${address} = ${value}`, { edits: edits.filter(([name]) => name !== address) }]),
    ...silenced.map((address) => [`${address} → 0`, { silenced: silenced.filter((name) => name !== address) }]),
  ];
  return html`<h3>${say("draw.changes")}</h3>
    ${lines.length === 0 && html`<p class="quiet">${say("draw.changes.none")}</p>`}
    <ul class="changes">${lines.map(([text, without]) => html`<li key=${text}><code>${text}</code> <button onClick=${() => actions.change(without)}>${say("draw.restore")}</button></li>`)}</ul>
    ${lines.length > 1 && html`<button onClick=${() => actions.change({ edits: undefined, silenced: undefined })}>${say("draw.restore.all")}</button>`}`;
}
