// Descend: a function that the visitor types, a start, a rate, and the path step by step.

import { ErrorText, NumberField, Slider } from "../controls.js";
import { DescentPicture } from "../descent_picture.js";
import { Formula } from "../formula.js";
import { say } from "../messages.js";
import { OpenButton } from "../table.js";
import { html } from "../ui.js";

const EXAMPLES = ["x^2 - 2x + 1.5", "x^4 - 2x^2 + x/4", "x^2 + 8y^2", "sin(x) + y^2/4"];
const SLIDER_STEPS = 200;

/** @param {{view: object, hidden: Set<string>, actions: object}} properties */
export function DescendRoom({ view, hidden, actions }) {
  const { descent } = view;
  const setStart = (start, history) => actions.change({ start, select: undefined }, history);
  return html`<div class="columns descend">
    <section class="card">
      ${!hidden.has("function") && html`<${FunctionForm} view=${view} actions=${actions} />`}
      <${StartForm} view=${view} setStart=${setStart} actions=${actions} />
      <${ErrorText} error=${view.error} />
    </section>
    <section class="card wide">
      ${descent.sentence
        ? html`<${Working} descent=${descent} />${descent.drawn ? html`<${DescentPicture} view=${view} setStart=${setStart} open=${actions.open} />` : html`<p class="quiet">${say("descend.large")}</p>`}
          <p class="quiet">${say(descent.variables.length === 2 ? "descend.map.hint" : "descend.curve.hint")}
          ${descent.left_out > 0 && html` ${say("descend.left", { count: descent.left_out })}`}</p>`
        : html`<p class="quiet">${say("descend.nothing")}</p>`}
    </section>
    <section class="card">
      ${descent.sentence && html`<h2>${say("descend.outcome")}</h2><p class="sentence" role="status">${descent.sentence}</p>
        <${Rates} view=${view} actions=${actions} /><${StepTable} view=${view} open=${actions.open} />`}
    </section>
  </div>`;
}

function FunctionForm({ view, actions }) {
  const formula = view.state.formula ?? EXAMPLES[0];
  const put = (text) => actions.change({ formula: text, select: undefined });
  return html`<h2>${say("descend.function")}</h2>
    <label class="field formula-field"><span>f =</span>
      <input value=${formula} maxlength="200" spellcheck=${false} autocapitalize="off" aria-label=${say("descend.formula")} onChange=${(event) => put(event.target.value)} /></label>
    <p class="quiet">${say("descend.formula.hint")}</p>
    <div class="features examples" role="group" aria-label=${say("descend.examples")}>${EXAMPLES.map((one) => html`
      <button key=${one} aria-pressed=${one === formula} onClick=${() => put(one)}>${one}</button>`)}</div>`;
}

function StartForm({ view, setStart, actions }) {
  const { variables, start, steps_high: high } = view.descent;
  const enter = (at, number) => setStart(start.map((one, place) => (place === at ? number : one)), "push");
  return html`<h3>${say("descend.start")}</h3>
    ${variables.map((name, at) => html`<${NumberField} key=${name} label=${name} value=${start[at]} onEnter=${(number) => enter(at, number)} />`)}
    <${NumberField} label=${say("descend.steps")} value=${view.state.steps ?? 20} step="1" low="1" high=${high}
      onEnter=${(number) => actions.change({ steps: Math.round(number), select: undefined })} />`;
}

function Working({ descent }) {
  const rows = [descent, ...descent.derivatives];
  return html`<div class="working">${rows.map((one) => html`<div key=${one.symbol}><${Formula} markup=${one.symbol} /> = <${Formula} markup=${one.formula} /></div>`)}</div>`;
}

/** The rate with the numbers that part the courses: 1/curvature and 2/curvature. */
function Rates({ view, actions }) {
  const { rates, rate_high: high, variables } = view.descent;
  const rate = view.state.rate ?? 0.3;
  const isMap = variables.length === 2;
  const put = (number, history) => actions.change({ rate: number, select: undefined }, history);
  const slide = (number) => put(Number(Math.max(number, high / SLIDER_STEPS).toPrecision(3)), "replace");
  const lines = [["curvature", say(isMap ? "descend.lambda" : "descend.curvature")], ["half", say(isMap ? "descend.half.lambda" : "descend.half")], ["limit", say(isMap ? "descend.limit.lambda" : "descend.limit")]];
  return html`<h3>${say("descend.rate")}</h3>
    <${Slider} label="η" value=${rate} low="0" high=${high} step=${high / SLIDER_STEPS} text=${rate} onMove=${slide} />
    <${NumberField} label=${say("descend.rate.exact")} value=${rate} onEnter=${(number) => put(number, "push")} />
    <table class="rates"><thead><tr><th></th><th scope="col">${say("descend.at.start")}</th><th scope="col">${say("descend.at.end")}</th></tr></thead>
      <tbody>${lines.map(([key, words]) => html`<tr key=${key}><th scope="row">${words}</th>${rates.map((one) => html`<td>${one[key] || "–"}</td>`)}</tr>`)}</tbody></table>
    <p class="quiet">${say(isMap ? "descend.explain.lambda" : "descend.explain")}</p>`;
}

function StepTable({ view, open }) {
  const { rows, variables } = view.descent;
  const slopes = variables.length === 1 ? ["f′"] : variables.map((name) => `∂f/∂${name}`);
  const cell = (address, text) => html`<td key=${address}><${OpenButton} address=${address} text=${text} selected=${view.state.select} open=${open} /></td>`;
  return html`<h3>${say("descend.path")}</h3><div class="scroll rows"><table><thead><tr>${[say("descend.step"), ...variables, "f", ...slopes].map((head) => html`<th scope="col" key=${head}>${head}</th>`)}</tr></thead>
    <tbody>${rows.map((row, at) => html`<tr key=${at}><th scope="row">${at}</th>
      ${row.points.map((text, i) => cell(`point[${at}][${i}]`, text))}${cell(`value[${at}]`, row.value)}${row.slopes.map((text, i) => cell(`slope[${at}][${i}]`, text))}</tr>`)}</tbody></table></div>`;
}
