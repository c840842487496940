// The forms of the rooms Plane and Train: points, network, recipe.

import { Choice } from "../controls.js";
import { say } from "../messages.js";
import { html, Part } from "../ui.js";

/** A number within its limits; another is refused beside the field, and not sent. */
class LimitedNumber extends Part {
  enter(event) {
    const { label, limit, onEnter } = this.props;
    const number = Number(event.target.value.replace(",", "."));
    const isWithin = (limit.low === null || number > limit.low || (number === limit.low && !limit.low_open))
      && (limit.high === null || number <= limit.high);
    const isWhole = !limit.whole || Number.isInteger(number);
    const isRight = event.target.value.trim() !== "" && isWithin && isWhole;
    this.setState({ error: isRight ? "" : say("plane.refused", { name: label, words: limit.words }) });
    if (isRight) onEnter(number);
  }
  render() {
    const { label, value } = this.props;
    const { error } = this.state;
    return html`<label class="field" ref=${this.root}><span>${label}</span>
      <input inputmode="decimal" value=${value} onChange=${(event) => this.enter(event)} aria-invalid=${error ? "true" : null} />
      ${error && html`<span class="error" role="alert">${error}</span>`}</label>`;
  }
}

export function number({ room, settings, put }, name, label = say(`plane.${name}`)) {
  return html`<${LimitedNumber} key=${name} label=${label} value=${settings[name]} limit=${room.limits[name]} onEnter=${(value) => put({ [name]: value })} />`;
}

/** Which points: a set, its size and noise, and those that the visitor sets. */
export function PointsForm(form) {
  const { room, settings, put } = form;
  const { choices, classifies } = room;
  const isMade = !["drawn", "numbers"].includes(settings.points);
  return html`<h2>${say("plane.data")}</h2>
    <${Choice} label=${say("plane.set")} value=${settings.points} options=${choices.points.map((one) => [one, say(`plane.set.${one}`)])} onChoose=${(points) => put(pointsOf(points, settings))} />
    ${settings.points === "function" && html`<label class="field formula-field"><span>${say("plane.formula")}</span>
      <input value=${settings.formula} maxlength="200" spellcheck=${false} onChange=${(event) => put({ formula: event.target.value })} /></label>
      <p class="quiet">${say("plane.formula.hint")}</p>`}
    ${classifies && number(form, "classes")}
    ${isMade && ["count", "noise", "test_share"].map((name) => number(form, name))}
    ${number(form, "seed")}
    <${TypedPoints} half=${room.half_side} settings=${settings} put=${put} />`;
}

/** What a click on the map does. */
export function ToolChoice({ room, settings, tool, setTool }) {
  const classes = [...Array(settings.classes).keys()].map((at) => [`set ${at}`, say("plane.tool.class", { name: at })]);
  const numbers = [-1, 0, 1].map((at) => [`set ${at}`, say("plane.tool.number", { number: at })]);
  const targets = room.classifies ? classes : numbers;
  const options = [["look", say("plane.tool.look")], ...targets, ["remove", say("plane.tool.remove")]];
  return html`<${Choice} label=${say("plane.tool")} value=${tool} options=${options} onChoose=${setTool} />`;
}

/** Drawn points belong to a task: classes and numbers do not mix. */
function pointsOf(points, settings) {
  const isNumber = (name) => name === "function" || name === "numbers";
  return isNumber(points) === isNumber(settings.points) ? { points } : { points, drawn: [] };
}

/** Points as text: x, y and class or number in each line. */
class TypedPoints extends Part {
  enter(event) {
    const lines = event.target.value.split("\n").filter((line) => line.trim() !== "");
    const drawn = lines.map((line) => line.trim().split(/[\s,;]+/).map((text) => (text === "" ? null : Number(text))));
    const { half } = this.props;
    const isPoint = (one) => one.length === 3 && one.every(Number.isFinite) && Math.abs(one[0]) <= half && Math.abs(one[1]) <= half;
    const wrong = drawn.findIndex((one) => !isPoint(one));
    this.setState({ error: wrong < 0 ? "" : say("plane.typed.refused", { line: wrong + 1, text: lines[wrong], half }) });
    if (wrong < 0) this.props.put({ drawn });
  }
  render() {
    const { drawn } = this.props.settings;
    const { error } = this.state;
    return html`<details ref=${this.root}><summary>${say("plane.typed", { count: drawn.length })}</summary>
      <label class="typed"><span class="quiet">${say("plane.typed.hint")}</span>
        <textarea rows="6" spellcheck=${false} value=${drawn.map((one) => one.join(" ")).join("\n")} onChange=${(event) => this.enter(event)} aria-invalid=${error ? "true" : null}></textarea></label>
      ${error && html`<p class="error" role="alert">${error}</p>`}
      <button disabled=${drawn.length === 0} onClick=${() => this.props.put({ drawn: [] })}>${say("plane.clear")}</button></details>`;
  }
}

/** Inputs, and width and activation of each hidden layer. */
export function NetworkForm(form) {
  const { room, settings, put } = form;
  const { features } = room.choices;
  const toggle = (name) => {
    const some = settings.features.includes(name) ? settings.features.filter((one) => one !== name) : [...settings.features, name];
    if (some.length) put({ features: some });
  };
  return html`<details class="build" open=${innerWidth > 640}><summary>${say("plane.network")}</summary>
    <div class="features" role="group" aria-label=${say("plane.features")}><span>${say("plane.features")}</span>${features.map((name) => html`
      <button key=${name} aria-pressed=${settings.features.includes(name)} onClick=${() => toggle(name)}>${name}</button>`)}</div>
    <${LayersForm} ...${form} /></details>`;
}

/** Width and activation of each hidden layer. */
export function LayersForm({ room, settings, put }) {
  const { activations } = room.choices;
  const { hidden } = settings;
  const setLayer = (at, change) => put({
    hidden: hidden.map((width, k) => (k === at ? (change.width ?? width) : width)),
    activations: settings.activations.map((one, k) => (k === at ? (change.activation ?? one) : one)),
  });
  const add = () => put({ hidden: [...hidden, hidden.at(-1) ?? 4], activations: [...settings.activations, settings.activations.at(-1) ?? "tanh"] });
  const drop = () => put({ hidden: hidden.slice(0, -1), activations: settings.activations.slice(0, -1) });
  return html`<div class="layers">${hidden.map((width, at) => html`<div class="layer" key=${at} role="group" aria-label=${say("net.layer", { layer: at + 1 })}>
      <span>${say("net.layer", { layer: at + 1 })}</span>
      <${Stepper} layer=${at + 1} value=${width} onEnter=${(value) => setLayer(at, { width: value })} />
      <select aria-label=${say("plane.activation", { layer: at + 1 })} onChange=${(event) => setLayer(at, { activation: event.target.value })}>
        ${activations.map((one) => html`<option key=${one} value=${one} selected=${one === settings.activations[at]}>${one}</option>`)}</select>
    </div>`)}</div>
    <div class="tools"><button disabled=${hidden.length >= 8} onClick=${add}>${say("plane.layer.add")}</button>
      <button disabled=${hidden.length === 0} onClick=${drop}>${say("plane.layer.drop")}</button></div>`;
}

function Stepper({ layer, value, onEnter }) {
  const enter = (event) => {
    const width = Math.round(Number(event.target.value));
    if (width >= 1 && width <= 64) onEnter(width);
    else event.target.value = value;
  };
  return html`<input type="number" min="1" max="64" step="1" value=${value} aria-label=${say("plane.width", { layer })} onChange=${enter} />`;
}

/** Update rule, rate, batch and penalties. */
export function RecipeForm(form) {
  const { room, settings, put } = form;
  return html`<h3>${say("plane.recipe")}</h3>
    <${Choice} label=${say("plane.optimiser")} value=${settings.optimiser} options=${room.choices.optimiser.map((one) => [one, one])} onChoose=${(optimiser) => put({ optimiser })} />
    ${["learning_rate", "batch_size", "l1", "l2"].map((name) => number(form, name))}
    <p class="quiet">${say("plane.anew")}</p>`;
}
