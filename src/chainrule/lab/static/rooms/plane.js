// Plane: points, a network that learns them, and what it makes of the whole plane.

import { ErrorText, EdgeSlider } from "../controls.js";
import { CostCurve } from "../curve.js";
import { say } from "../messages.js";
import { NetworkDrawing } from "../net.js";
import { PlaneMap } from "../plane_map.js";
import { OpenButton } from "../table.js";
import { TrainingRoom } from "../training_room.js";
import { html } from "../ui.js";
import { NetworkForm, PointsForm, RecipeForm, ToolChoice } from "./plane_forms.js";

/** Properties: `view`, `hidden`, `actions`. */
export class PlaneRoom extends TrainingRoom {
  constructor() {
    super("plane", 5);
    this.state = { ...this.state, tool: "look" };
  }
  /** What a click does; a class or number that the points have no longer is not set. */
  get tool() {
    const { tool } = this.state;
    const target = tool.startsWith("set ") ? Number(tool.slice(4)) : 0;
    const isThere = this.props.view.plane.classifies ? target >= 0 && target < this.settings.classes : Math.abs(target) <= 1;
    return isThere ? tool : "look";
  }
  choose(point) {
    const { actions, view } = this.props;
    const last = view.network.layers.length;
    actions.change({ plane: { ...this.settings, point }, select: view.state.select ?? `a[${last}][0]` });
  }
  render() {
    const { view, hidden, actions } = this.props;
    if (!view.plane) return html`<${ErrorText} error=${view.error} />`;
    const form = { view, room: view.plane, settings: this.settings, put: (changes) => this.put(changes) };
    return html`<div class="columns plane" ref=${this.root}>
      <section class="card steps">${this.time()}<${ErrorText} error=${view.error} /></section>
      <section class="card">
        ${!hidden.has("points") && html`<${PointsForm} ...${form} />`}
        ${!hidden.has("recipe") && html`<${RecipeForm} ...${form} />`}
      </section>
      <section class="card wide">
        ${!hidden.has("network") && html`<${NetworkForm} ...${form} />`}
        ${view.network && html`<${NetworkDrawing} view=${view} maps=${null} open=${actions.open}><${EdgeSlider} view=${view} actions=${actions} /></${NetworkDrawing}>
          <p class="quiet">${say("plane.fields")}</p>`}
      </section>
      <section class="card">${view.network ? this.outcome(form) : html`<p class="quiet">${say("plane.nothing")}</p>`}</section>
    </div>`;
  }
  outcome({ view, settings, put }) {
    const { hidden } = this.props;
    return html`<h2>${say("plane.map")}</h2>
      <${PlaneMap} view=${view} settings=${settings} tool=${this.tool} put=${put} choose=${(point) => this.choose(point)} />
      ${!hidden.has("points") && html`<${ToolChoice} room=${view.plane} settings=${settings} tool=${this.tool} setTool=${(tool) => this.setState({ tool })} />`}
      <${Scores} plane=${view.plane} />
      <${CostCurve} rows=${view.arrays.curve} />
      <${ChosenPoint} view=${view} open=${this.props.actions.open} />`;
  }
}

function Scores({ plane }) {
  return html`<table class="scores"><thead><tr><th scope="col">${say("plane.part")}</th><th scope="col">${say("plane.points")}</th><th scope="col">${say("plane.cost")}</th>
    ${plane.classifies && html`<th scope="col">${say("plane.right")}</th>`}</tr></thead>
    <tbody>${plane.scores.map((one) => html`<tr key=${one.part}><th scope="row">${say(`plane.${one.part}`)}</th><td>${one.count}</td><td>${one.cost}</td>
      ${plane.classifies && html`<td>${(100 * one.accuracy).toFixed(1)} %</td>`}</tr>`)}</tbody></table>`;
}

function ChosenPoint({ view, open }) {
  const { answer } = view.plane;
  return html`<h3>${say("plane.point")}</h3>
    <p>${say("plane.point.is", { x: answer.x, y: answer.y, target: view.target.text, part: say(answer.held_out ? "plane.test" : "plane.training") })}</p>
    <table class="outputs"><tbody>${answer.outputs.map((one, at) => html`<tr key=${one.address} class=${view.plane.classifies && at === answer.best ? "best" : ""}>
      <th scope="row">${view.plane.classifies ? say("plane.class", { name: one.name }) : say("plane.value")}</th>
      <td><${OpenButton} address=${one.address} text=${one.text} selected=${view.state.select} open=${open} /></td></tr>`)}</tbody></table>`;
}
