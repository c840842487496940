// Train: a network learns; its layers, its recipe, its figures, and what it makes of each example.

import { Choice, ErrorText, EdgeSlider } from "../controls.js";
import { say } from "../messages.js";
import { NetworkDrawing } from "../net.js";
import { OpenButton } from "../table.js";
import { TrainingRoom } from "../training_room.js";
import { html } from "../ui.js";
import { number } from "./plane_forms.js";
import { LayerBars } from "./train_layers.js";
import { Panels, Scores } from "./train_panels.js";
import { RateField, SettingsForm } from "./train_settings.js";

const EMPTIED = ["trial", "ink", "inputs", "digit", "target", "step", "edits", "silenced"]; // of another network

/** Properties: `view`, `maps`, `hidden`, `actions`. */
export class TrainRoom extends TrainingRoom {
  constructor() {
    super("train", 20);
    this.looking = ["point", "within", "panel", "layer", "map", "cell", "beside", "updates"];
    this.passing = { within: 0 };
    this.paces = [...this.paces, 0];
    this.farthest = 0;
  }
  differing(settings) {
    const found = super.differing(settings);
    if (found.hidden || found.activations) Object.assign(found, { hidden: settings.hidden, activations: settings.activations });
    return found;
  }
  put(changes) {
    const isLook = Object.keys(changes).every((name) => this.looking.includes(name));
    const isRunning = this.state.playing && this.props.view.train.reached !== undefined;
    const look = isRunning ? { ...changes, updates: this.props.view.train.reached } : changes;
    super.put(isLook ? look : { ...changes, rates: [], cell: [] });
    if (!isLook) this.farthest = 0;
  }
  /** Change the settings and keep how far the training is. */
  keep(changes) {
    this.props.actions.change({ train: this.differing({ ...this.settings, ...changes }) });
  }
  /** The settings that decide the training. */
  get deciding() {
    const rest = Object.entries(this.settings).filter(([name]) => name !== "updates" && !this.looking.includes(name));
    return this.differing(Object.fromEntries(rest));
  }
  swap() {
    const { defaults } = this.props.view.train;
    const { updates, panel, point } = this.settings;
    this.props.actions.change({ train: this.differing({ ...defaults, ...this.settings.beside, updates, panel, point, beside: this.deciding }) });
  }
  /** Set the rate from here on; at the start it is the recipe's. */
  setRate(rate) {
    const at = this.props.view.train.reached;
    if (at === 0) this.put({ learning_rate: rate });
    else this.keep({ rates: [...this.settings.rates.filter(([updates]) => updates < at), [at, rate]], updates: at });
  }
  stepExample() {
    const { within } = this.settings;
    const { reached, next } = this.props.view.train;
    if (within >= next) this.go(reached + 1);
    else this.keep({ within: within + 1, updates: reached });
  }
  moreSteps() {
    const { beside } = this.settings;
    const { train } = this.props.view;
    return html`<button disabled=${!train.next} title=${say("train.example.about")} onClick=${() => this.stepExample()}>${say("train.example")}</button>
      ${beside ? html`<button onClick=${() => this.swap()}>${say("train.swap")}</button><button onClick=${() => this.put({ beside: null })}>${say("train.apart")}</button>`
        : html`<button title=${say("train.branch.about")} onClick=${() => this.put({ beside: this.deciding })}>${say("train.branch")}</button>`}`;
  }
  timeline() {
    const { train } = this.props.view;
    const at = train.reached ?? 0;
    this.farthest = Math.max(this.farthest, at);
    if (!this.farthest) return null;
    return html`<label class="timeline"><span>${say("train.position")}</span>
      <input type="range" min="0" max=${this.farthest} value=${at} aria-valuetext=${say("train.position.at", { updates: at })}
        onInput=${(event) => { this.setState({ playing: false }); this.go(Number(event.target.value), "replace"); }} /></label>`;
  }
  openIn(room) {
    const emptied = Object.fromEntries(EMPTIED.map((name) => [name, undefined]));
    const { reached } = this.props.view.train;
    this.props.actions.change({ ...emptied, room, network: "train", example: this.settings.point, train: this.differing({ ...this.settings, updates: reached, within: 0 }) });
  }
  render() {
    const { view, hidden, actions, maps } = this.props;
    if (!view.train) return html`<${ErrorText} error=${view.error} />`;
    const { settings } = this;
    const form = { view, room: view.train, settings, put: (changes) => this.put(changes) };
    const { train } = view;
    return html`<div class="columns plane train" ref=${this.root}>
      <section class="card steps">${this.time()}
        <div class="time more">${this.timeline()}
          ${view.network && !hidden.has("recipe") && html`<${RateField} train=${train} settings=${settings} setRate=${(rate) => this.setRate(rate)} drop=${(rates) => this.keep({ rates })} />`}</div>
        ${train.ended && html`<p class="quiet" role="status">${say("train.ended")}</p>`}
        ${settings.beside && html`<p class="quiet">${say("train.beside")}</p>`}
        <${ErrorText} error=${view.error} /></section>
      <section class="card forms">
        ${train.choices.data.length > 1 && html`<${Choice} label=${say("train.data")} value=${settings.data} options=${train.choices.data.map((one) => [one, one === train.own_data ? say("train.data.own") : one])}
          onChoose=${(data) => actions.change({ train: { data, panel: settings.panel }, select: undefined })} />`}
        ${!hidden.has("recipe") && html`${number(form, "examples", say("train.examples"))}<${SettingsForm} ...${form} /><p class="quiet">${say("plane.anew")}</p>`}
      </section>
      <section class="card wide">
        ${!hidden.has("network") && html`<${LayerBars} ...${form} />`}
        ${view.network && html`<${NetworkDrawing} view=${view} maps=${maps} open=${actions.open}><${EdgeSlider} view=${view} actions=${actions} /></${NetworkDrawing}>
          ${train.image.length > 0 && html`<p class="quiet">${say("train.maps")}</p>`}
          <${ShownExample} view=${view} settings=${settings} form=${form} open=${actions.open} />`}
      </section>
      <section class="card outcome">${view.network ? this.outcome(form) : html`<p class="quiet">${say("plane.nothing")}</p>`}</section>
    </div>`;
  }
  outcome(form) {
    const { view, actions } = this.props;
    return html`<${Scores} train=${view.train} />
      <${Panels} view=${view} settings=${this.settings} put=${form.put} take=${(mended) => { this.setState({ playing: false }); actions.change({ train: mended }); }} />
      <h3>${say("train.there")}</h3><div class="tools">
        <button onClick=${() => this.openIn("draw")}>${say("train.there.draw")}</button><button onClick=${() => this.openIn("look")}>${say("train.there.look")}</button></div>`;
  }
}

/** The example whose numbers the network shows, and its answer. */
function ShownExample({ view, settings, form, open }) {
  const { train } = view;
  const head = settings.within ? say("train.within", { number: settings.within, count: train.next }) : say("train.digit");
  return html`<h3>${head}</h3>
    ${!settings.within && number(form, "point", say("train.digit.number"))}
    <p>${say("train.digit.is", { name: view.target.text })}</p>
    <table class="outputs narrow"><tbody>${train.answer.outputs.map((one, at) => html`<tr key=${one.address} class=${at === train.answer.best ? "best" : ""}>
      <th scope="row">${one.name}</th>
      <td><${OpenButton} address=${one.address} text=${one.text} selected=${view.state.select} open=${open} /></td></tr>`)}</tbody></table>`;
}
