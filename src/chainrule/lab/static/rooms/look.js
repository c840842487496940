// Look inside: one example, one step, forward and backward, each number with its formula.

import { Choice, EdgeSlider, ErrorText, NumberField } from "../controls.js";
import { NumberImage } from "../image.js";
import { say } from "../messages.js";
import { NetworkDrawing } from "../net.js";
import { CellTable, OpenButton } from "../table.js";
import { html } from "../ui.js";
import { ExampleField } from "./draw.js";

/** @param {{view: object, maps: object, hidden: Set<string>, actions: object}} properties */
export function LookRoom({ view, maps, actions }) {
  const backward = view.state.direction === "backward";
  const path = view.path && view.path.length ? view.path : null;
  return html`<div class="columns">
    <section class="card">
      <${Example} view=${view} actions=${actions} />
      <${ErrorText} error=${view.error} />
    </section>
    <section class="card wide">
      ${view.network && html`<${NetworkDrawing} view=${view} maps=${maps} errors=${backward} path=${backward ? path : null}
        kind=${backward ? "delta" : "a"} open=${actions.open}>
        <${Direction} view=${view} actions=${actions} /><${EdgeSlider} view=${view} actions=${actions} />
      </${NetworkDrawing}>
      <p class="quiet">${say(backward ? "look.pass.backward" : "look.pass.forward")}</p>`}
    </section>
    <section class="card numbers">${view.batch && html`<${Numbers} view=${view} actions=${actions} />`}</section>
  </div>`;
}

function Direction({ view, actions }) {
  if (!view.batch.trains) return null;
  const now = view.state.direction ?? "forward";
  return html`<div class="switch" role="group" aria-label=${say("look.pass")}>${["forward", "backward"].map((one) => html`
    <button key=${one} aria-pressed=${now === one} onClick=${() => actions.change({ direction: one, ...turn(view, one) })}>${say(`net.${one}`)}</button>`)}</div>`;
}

/** The opened number of a neuron turns with the pass: its activation becomes its error. */
function turn(view, direction) {
  const found = /^(a|delta)\[([1-9]\d*)\]\[(\d+)\]$/.exec(view.state.select ?? "");
  return found ? { select: `${direction === "forward" ? "a" : "delta"}[${found[2]}][${found[3]}]` } : {};
}

function Example({ view, actions }) {
  const { subject, batch } = view;
  const shape = view.network ? view.network.inputs.shape : [];
  return html`<h2>${say("look.example")}</h2>
    ${shape.length > 0 && html`<${NumberImage} numbers=${view.arrays.x} rows=${shape[0]} columns=${shape[1]} kind="ink"
      label=${say("look.example")} open=${(k) => actions.open(`a[0][${k}]`)} />`}
    ${batch && html`<${Step} view=${view} actions=${actions} />`}
    ${!view.state.step && subject.has_examples && view.examples.count > 0 && subject.steps === 0 || subject.is_run && !view.state.step
      ? html`<${ExampleField} view=${view} actions=${actions} label=${say("draw.example.row")} />` : ""}
    ${view.target && html`<${Target} view=${view} actions=${actions} />`}
    <${Choice} label=${say("look.digits")} value=${view.state.digits ?? 6} options=${[3, 4, 6, 9, 12, 17].map((n) => [n, n])}
      onChoose=${(digits) => actions.change({ digits: Number(digits) })} />`;
}

function Step({ view, actions }) {
  const { subject, batch, state } = view;
  if (!subject.steps) return html`<p class="quiet">${say("look.step.own")}</p>`;
  const inRun = state.step || !subject.is_run;
  if (!inRun) {
    return html`<p class="quiet">${say("look.step.own")}</p>
      <button onClick=${() => actions.change({ step: subject.steps, ink: undefined, inputs: undefined, example: undefined, target: undefined })}>${say("look.step.use")}</button>`;
  }
  return html`<${NumberField} label=${say("look.step")} value=${state.step ?? 1} step="1" low="1" high=${subject.steps} onEnter=${(step) => actions.change({ step })} />
    ${subject.is_run && html`<p class="quiet">${say("look.step.run", { step: state.step, steps: subject.steps })} ${say("look.frozen")}</p>
      <button onClick=${() => actions.change({ step: undefined, example: undefined })}>${say("look.step.leave")}</button>`}
    ${batch.rows.length > 1 && html`<${Choice} label=${say("look.batch")} value=${batch.row} options=${batch.rows.map((row) => [row, row])} onChoose=${(row) => actions.change({ example: Number(row) })} />`}`;
}

function Target({ view, actions }) {
  const { target } = view;
  const isOwn = !view.state.step && target.class !== null && !(view.subject.steps && !view.subject.is_run);
  if (!isOwn) return html`<p>${say("look.target")} <strong>${target.text}</strong></p>`;
  return html`<${Choice} label=${say("look.target")} value=${target.class} options=${target.names.map((name, at) => [at, name])}
    onChoose=${(at) => actions.change({ target: Number(at) })} />`;
}

function Numbers({ view, actions }) {
  const selected = view.opened ? view.opened.address : "";
  const open = actions.open;
  const names = view.network.layers[view.network.layers.length - 1].names;
  const depth = view.layers.length;
  const order = view.state.direction === "backward" ? [...view.layers].reverse() : view.layers;
  return html`<h2>${say("look.numbers")}</h2>
    ${view.single.length > 0 && html`<h3>${say("look.cost")}</h3>
      <dl class="single">${view.single.map((cell) => html`<div key=${cell.address}><dt>${cell.address}</dt><dd><${OpenButton} ...${cell} selected=${selected} open=${open} /></dd></div>`)}</dl>`}
    ${view.weights && html`<${Weights} table=${view.weights} selected=${selected} open=${open} />`}
    ${!view.weights && html`<p class="quiet">${say("look.weights.hint")}</p>`}
    ${order.map((table) => html`<details key=${table.layer} open=${table.layer === depth || table.width <= 12}>
      <summary>${say("look.layer", table)}</summary>
      <${CellTable} head=${say("look.neuron")} kinds=${table.kinds.map((kind) => say(`kind.${kind}`))} selected=${selected} open=${open}
        rows=${table.rows.map((cells, at) => [table.layer === depth ? names[at] ?? at : at, cells])} />
    </details>`)}`;
}

function Weights({ table, selected, open }) {
  const { layer, index } = table;
  return html`<h3>${say("look.weights", { index, layer })}</h3>
    ${table.rows.length < table.count && html`<p class="quiet">${say("look.weights.some", { shown: table.rows.length, count: table.count })}</p>`}
    <${CellTable} head=${say("neuron.column.input")} kinds=${table.kinds.map((kind) => say(`kind.${kind}`))} selected=${selected} open=${open}
      rows=${table.rows.map((cells) => [cells[0].address, cells])} />`;
}
