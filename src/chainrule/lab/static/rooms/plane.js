// Plane: points, a network that learns them, and what it makes of the whole plane.

import { ErrorText, EdgeSlider } from "../controls.js";
import { CostCurve } from "../curve.js";
import { say } from "../messages.js";
import { NetworkDrawing } from "../net.js";
import { PlaneMap } from "../plane_map.js";
import { OpenButton } from "../table.js";
import { html, Part } from "../ui.js";
import { NetworkForm, PointsForm, RecipeForm, ToolChoice } from "./plane_forms.js";

const FRAME = 50; // milliseconds: 20 frames a second at most
const PACES = [1, 5, 20, 100];

/** Properties: `view`, `hidden`, `actions`. It asks for the next updates when the last are shown. */
export class PlaneRoom extends Part {
  constructor() {
    super();
    this.state = { playing: false, pace: 5, tool: "look" };
    this.shown = null;
  }
  componentDidMount() {
    this.timer = setInterval(() => this.tick(), FRAME);
  }
  componentWillUnmount() {
    clearInterval(this.timer);
  }
  get settings() {
    const { view } = this.props;
    return { ...view.plane.defaults, ...view.state.plane };
  }
  /** Whether the answer to the latest request is on the page; the server's part of a view is new then. */
  get isCurrent() {
    return this.props.view.plane !== this.shown;
  }
  /** What a click does; a class or number that the points have no longer is not set. */
  get tool() {
    const { tool } = this.state;
    const target = tool.startsWith("set ") ? Number(tool.slice(4)) : 0;
    const isThere = this.props.view.plane.classifies ? target >= 0 && target < this.settings.classes : Math.abs(target) <= 1;
    return isThere ? tool : "look";
  }
  tick() {
    const { view } = this.props;
    if (!view.plane || !this.isCurrent || this.props.actions.isAsking()) return;
    if (view.error) {
      if (this.state.playing) this.setState({ playing: false });
      return;
    }
    if (view.plane.reached < this.settings.updates) this.go(this.settings.updates, "keep");
    else if (this.state.playing && this.settings.updates >= view.plane.limits.updates.high) this.pause();
    else if (this.state.playing) this.go(this.settings.updates + this.state.pace, "keep");
  }
  /** Ask for the state after a number of updates. */
  go(updates, history = "push") {
    const { high } = this.props.view.plane.limits.updates;
    this.shown = this.props.view.plane;
    this.props.actions.change({ plane: { ...this.settings, updates: Math.max(0, Math.min(high, updates)) } }, history);
  }
  play() {
    this.shown = null;
    this.setState({ playing: true });
  }
  pause() {
    this.setState({ playing: false });
    this.go(this.props.view.plane.reached ?? this.settings.updates, "replace");
  }
  /** Change settings; what decides the training begins it anew. */
  put(changes) {
    const isChosen = Object.keys(changes).every((name) => name === "point");
    const rest = isChosen ? {} : { updates: 0, point: 0 };
    this.props.actions.change({ plane: { ...this.settings, ...changes, ...rest } });
  }
  choose(point) {
    const { actions, view } = this.props;
    const last = view.network.layers.length;
    actions.change({ plane: { ...this.settings, point }, select: view.state.select ?? `a[${last}][0]` });
  }
  render() {
    const { view, hidden, actions } = this.props;
    if (!view.plane) return html`<${ErrorText} error=${view.error} />`;
    const form = { view, settings: this.settings, put: (changes) => this.put(changes) };
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
  time() {
    const { plane } = this.props.view;
    const { playing, pace } = this.state;
    const at = plane.reached ?? 0;
    const epoch = plane.batches ?? 1;
    const isBehind = plane.reached < this.settings.updates && !playing && !this.props.view.error;
    return html`<div class="time" role="group" aria-label=${say("plane.time")}>
      <button onClick=${() => { this.setState({ playing: false }); this.go(0); }}>${say("plane.restart")}</button>
      <button disabled=${at === 0} onClick=${() => this.go(at - 1)}>${say("plane.back")}</button>
      <button class="main" aria-pressed=${playing} onClick=${() => (playing ? this.pause() : this.play())}>${say(playing ? "plane.pause" : "plane.play")}</button>
      <button onClick=${() => this.go(at + 1)}>${say("plane.step")}</button>
      <button onClick=${() => this.go(epoch * (Math.floor(at / epoch) + 1))}>${say("plane.epoch")}</button>
      <p class="count">${say("plane.progress", { updates: at, epoch: plane.epoch ?? 0, batch: plane.batch ?? 0, batches: epoch })}
        ${isBehind && html` <span class="quiet" role="status">${say("plane.behind", { updates: this.settings.updates })}</span>`}</p>
      <label class="pace"><span>${say("plane.pace")}</span> <select onChange=${(event) => this.setState({ pace: Number(event.target.value) })}>
        ${PACES.map((one) => html`<option key=${one} value=${one} selected=${one === pace}>${one}</option>`)}</select></label>
    </div>`;
  }
  outcome({ view, settings, put }) {
    const { hidden } = this.props;
    return html`<h2>${say("plane.map")}</h2>
      <${PlaneMap} view=${view} settings=${settings} tool=${this.tool} put=${put} choose=${(point) => this.choose(point)} />
      ${!hidden.has("points") && html`<${ToolChoice} view=${view} settings=${settings} tool=${this.tool} setTool=${(tool) => this.setState({ tool })} />`}
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
