// Train: a network learns digits; its curves, what it confuses, and its answer on a digit.

import { ErrorText, EdgeSlider } from "../controls.js";
import { CostCurve } from "../curve.js";
import { say } from "../messages.js";
import { NetworkDrawing } from "../net.js";
import { OpenButton } from "../table.js";
import { TrainingRoom } from "../training_room.js";
import { html } from "../ui.js";
import { LayersForm, number, RecipeForm } from "./plane_forms.js";

/** Properties: `view`, `maps`, `hidden`, `actions`. */
export class TrainRoom extends TrainingRoom {
  constructor() {
    super("train", 20);
  }
  render() {
    const { view, hidden, actions, maps } = this.props;
    if (!view.train) return html`<${ErrorText} error=${view.error} />`;
    const form = { room: view.train, settings: this.settings, put: (changes) => this.put(changes) };
    return html`<div class="columns plane" ref=${this.root}>
      <section class="card steps">${this.time()}<${ErrorText} error=${view.error} /></section>
      <section class="card">
        ${!hidden.has("network") && html`<h2>${say("train.layers")}</h2><${LayersForm} ...${form} />`}
        ${!hidden.has("recipe") && html`<${RecipeForm} ...${form} />${number(form, "examples")}${number(form, "seed")}`}
      </section>
      <section class="card wide">
        ${view.network && html`<${NetworkDrawing} view=${view} maps=${maps} open=${actions.open}><${EdgeSlider} view=${view} actions=${actions} /></${NetworkDrawing}>
          <p class="quiet">${say("train.maps")}</p>`}
      </section>
      <section class="card">${view.network ? this.outcome(form) : html`<p class="quiet">${say("plane.nothing")}</p>`}</section>
    </div>`;
  }
  outcome(form) {
    const { view, actions } = this.props;
    const { train, arrays } = view;
    return html`<h2>${say("train.right", { percent: (100 * train.right).toFixed(1) })}</h2>
      <p class="quiet">${say("train.tested", { count: train.tested })}</p>
      <h3>${say("train.cost")}</h3><${CostCurve} rows=${arrays.curve} />
      <h3>${say("train.accuracy")}</h3><${CostCurve} rows=${arrays.accuracy} label="train.accuracy.label" />
      <${Confusions} train=${train} choose=${(point) => this.put({ point })} />
      <h3>${say("train.digit")}</h3>${number(form, "point", say("train.digit.number"))}
      <p>${say("train.digit.is", { name: view.target.text })}</p>
      <table class="outputs"><tbody>${train.answer.outputs.map((one, at) => html`<tr key=${one.address} class=${at === train.answer.best ? "best" : ""}>
        <th scope="row">${one.name}</th>
        <td><${OpenButton} address=${one.address} text=${one.text} selected=${view.state.select} open=${actions.open} /></td></tr>`)}</tbody></table>`;
  }
}

/** Which digits get which answers; a cell chooses the first such digit. */
function Confusions({ train, choose }) {
  const cell = (one, target, answer) => html`<td key=${answer} class=${target === answer ? "same" : ""}>${one.count > 0 && html`
    <button class="plain" aria-label=${say("train.confusion", { count: one.count, target: train.names[target], answer: train.names[answer] })}
      onClick=${() => choose(one.first)}>${one.count}</button>`}</td>`;
  return html`<div class="scroll"><table class="confusions"><caption>${say("train.confusions")}</caption>
    <thead><tr><td></td>${train.names.map((name) => html`<th scope="col" key=${name}>${name}</th>`)}</tr></thead>
    <tbody>${train.confusions.map((row, target) => html`<tr key=${target}><th scope="row">${train.names[target]}</th>
      ${row.map((one, answer) => cell(one, target, answer))}</tr>`)}</tbody></table></div>`;
}
