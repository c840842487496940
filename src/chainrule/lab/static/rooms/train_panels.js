// What can be looked at beside the network: curves, layers, answers, points, diagnosis.

import { CostCurve } from "../curve.js";
import { NumberImage } from "../image.js";
import { say } from "../messages.js";
import { html } from "../ui.js";
import { PointMap } from "./train_points.js";

/** A clause of a finding as a sentence of its own. */
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

const percent = (share) => (100 * share).toFixed(1);

/** Cost and accuracy where the training stands, and of the one beside it. */
export function Scores({ train }) {
  const [first] = train.scores;
  const rows = [["data", "train.cost.data"], ["penalty", "train.cost.penalty"], ["total", "train.cost.total"], ["tried", "train.cost.tried"]];
  const { accuracy } = first;
  return html`${accuracy && html`<h2 class="right-share">${say("train.right", { percent: percent(accuracy.share) })}</h2>
      <p class="quiet">${say("train.tested", { count: train.tested, low: percent(accuracy.low), high: percent(accuracy.high) })}</p>`}
    <table class="scores"><thead><tr><th scope="col">${say("train.cost")}</th><th scope="col">${say("train.here")}</th>${train.scores[1] && html`<th scope="col">${say("train.other")}</th>`}</tr></thead>
      <tbody>${rows.map(([name, key]) => html`<tr key=${name}><th scope="row">${say(key)}</th>${train.scores.map((one, at) => html`<td key=${at}>${one[name] ?? "–"}</td>`)}</tr>`)}
        ${train.scores[1] && accuracy && html`<tr><th scope="row">${say("train.share")}</th>${train.scores.map((one, at) => html`<td key=${at}>${percent(one.accuracy.share)} %</td>`)}</tr>`}</tbody></table>
    ${train.beside && train.beside.failure && html`<p class="error">${train.beside.failure}</p>`}`;
}

/** Properties: `view`, `settings`, `put`, `take` (settings that mend). */
export function Panels({ view, settings, put, take }) {
  const { train } = view;
  const Panel = { curves: Curves, layers: Layers, answers: Answers, points: Points, diagnosis: Findings }[settings.panel];
  const { findings } = train;
  return html`${findings.length > 0 && html`<${FindingLine} finding=${findings[0]} take=${take} />`}
    <div class="tabs" role="group" aria-label=${say("train.panels")}>${train.choices.panel.map((name) => html`
      <button key=${name} aria-pressed=${settings.panel === name} onClick=${() => put({ panel: name })}>${say(`train.panel.${name}`)}</button>`)}</div>
    <div class="panel"><${Panel} view=${view} train=${train} settings=${settings} put=${put} take=${take} /></div>`;
}

function FindingLine({ finding, take }) {
  return html`<div class="finding" role="status"><p><strong>${finding.title}.</strong> ${sentence(finding.what)}</p><${Mend} finding=${finding} take=${take} /></div>`;
}

/** The button that begins anew with settings that mend a finding, the old training beside the new. */
function Mend({ finding, take }) {
  const changes = Object.entries(finding.changes).map(([name, value]) => `${name.replaceAll("_", " ")} ${Array.isArray(value) ? value.join("-") : value}`).join(", ");
  if (!finding.mended) return html`<p class="quiet">${finding.remedy || changes}</p>`;
  return html`<button onClick=${() => take(finding.mended)}>${say("train.mend", { changes })}</button>`;
}

function Curves({ view, train }) {
  const { arrays } = view;
  return html`<h3>${say("train.cost.epochs")}</h3><${CostCurve} rows=${arrays.curve} beside=${arrays.curve_beside} />
    ${train.classifies && html`<h3>${say("train.accuracy")}</h3><${CostCurve} rows=${arrays.accuracy} beside=${arrays.accuracy_beside} label="train.accuracy.label" />`}
    ${arrays.curve_beside && html`<p class="quiet">${say("train.curve.beside")}</p>`}`;
}

function Layers({ train }) {
  if (!train.layers) return null;
  const most = Math.max(...train.layers.map((one) => one.norm ?? 0)) || 1;
  return html`<p class="quiet">${say("train.layers.about")}</p>${train.layers.map((one) => html`<div class="measured" key=${one.layer}>
    <h3>${say("look.layer", { layer: one.layer, activation: one.activation })}</h3>
    <table class="outputs"><tbody>
      <tr><th scope="row">${say("train.gradient")}</th><td class="bars"><span class="bar blue" style=${{ width: `${(100 * (one.norm ?? 0)) / most}%` }}></span></td><td class="right">${one.norm_text}</td></tr>
      ${one.flat !== null && html`<tr><th scope="row">${say(`train.${one.kind}`)}</th><td class="bars"><span class="bar orange" style=${{ width: `${100 * one.flat}%` }}></span></td><td class="right">${percent(one.flat)} %</td></tr>`}
    </tbody></table><${Histogram} weights=${one.weights} layer=${one.layer} /></div>`)}`;
}

function Histogram({ weights, layer }) {
  const most = Math.max(...weights.counts);
  const wide = 300 / weights.counts.length;
  const middle = (weights.counts.length - 1) / 2;
  return html`<svg class="histogram" viewBox="0 0 300 64" role="img" aria-label=${say("train.weights", { layer, most: weights.most_text, counts: weights.counts.join(", ") })}>
    ${weights.counts.map((count, at) => html`<rect key=${at} class=${at < middle ? "below" : "above"} x=${at * wide + 0.5} width=${wide - 1} y=${48 - (46 * count) / most} height=${(46 * count) / most}><title>${count}</title></rect>`)}
    <text x="0" y="61">−${weights.most_text}</text><text x="150" y="61" text-anchor="middle">0</text><text x="300" y="61" text-anchor="end">${weights.most_text}</text></svg>`;
}

function Answers({ view, train, settings, put }) {
  if (!train.worst) return null;
  const choose = (row) => put({ point: row, within: 0 });
  return html`${train.confusions && html`<${Confusions} train=${train} chosen=${settings.cell} choose=${(cell) => put({ cell })} />`}
    ${train.cell && html`<h3>${say("train.cell", { count: train.cell.count, target: train.names[train.cell.target], answer: train.names[train.cell.answer] })}</h3>
      <${Examples} examples=${train.cell.examples} pictures=${view.arrays.cell} chosen=${settings.point} choose=${choose} />`}
    <h3>${say(train.classifies ? "train.worst" : "train.worst.numbers")}</h3>
    ${train.worst.length ? html`<${Examples} examples=${train.worst} pictures=${view.arrays.worst} chosen=${settings.point} choose=${choose} />` : html`<p class="quiet">${say("train.worst.none")}</p>`}`;
}

/** Examples as pictures or as lines; each chooses the example. */
function Examples({ examples, pictures, chosen, choose }) {
  const about = (one) => say("train.example.is", { row: one.row, target: one.target, answer: one.answer, cost: one.cost });
  if (!pictures) {
    return html`<div class="scroll rows"><table><thead><tr>${["row", "target", "answer", "cost"].map((name) => html`<th scope="col" key=${name}>${say(`train.column.${name}`)}</th>`)}</tr></thead>
      <tbody>${examples.map((one) => html`<tr key=${one.row}><th scope="row"><button class="number" aria-pressed=${chosen === one.row} onClick=${() => choose(one.row)}>${one.row}</button></th><td>${one.target}</td><td>${one.answer}</td><td>${one.cost}</td></tr>`)}</tbody></table></div>`;
  }
  const [, rows, columns] = pictures.shape;
  const size = rows * columns;
  return html`<ul class="examples-seen">${examples.map((one, at) => html`<li key=${one.row}><button aria-pressed=${chosen === one.row} aria-label=${about(one)} onClick=${() => choose(one.row)}>
    <${NumberImage} numbers=${pictures.subarray(at * size, (at + 1) * size)} rows=${rows} columns=${columns} kind="ink" label=${about(one)} /><span>${one.target} → ${one.answer}</span></button></li>`)}</ul>`;
}

/** Which classes get which answers; a cell shows its examples. */
function Confusions({ train, chosen, choose }) {
  const isChosen = (target, answer) => chosen.length > 0 && chosen[0] === target && chosen[1] === answer;
  const cell = (count, target, answer) => html`<td key=${answer} class=${target === answer ? "same" : ""}>${count > 0 && html`
    <button class="plain" aria-pressed=${isChosen(target, answer)} aria-label=${say("train.confusion", { count, target: train.names[target], answer: train.names[answer] })}
      onClick=${() => choose([target, answer])}>${count}</button>`}</td>`;
  return html`<div class="scroll"><table class="confusions"><caption>${say("train.confusions")}</caption>
    <thead><tr><td></td>${train.names.map((name) => html`<th scope="col" key=${name} title=${name}>${name}</th>`)}</tr></thead>
    <tbody>${train.confusions.map((row, target) => html`<tr key=${target}><th scope="row" title=${train.names[target]}>${train.names[target]}</th>
      ${row.map((count, answer) => cell(count, target, answer))}</tr>`)}</tbody></table></div>`;
}

function Points({ view, train, settings, put }) {
  if (!train.map) return null;
  const layers = [...view.network.layers.map((one) => one.layer)];
  return html`<div class="tools">
      <label class="field"><span>${say("train.map.layer")}</span><select onChange=${(event) => put({ layer: Number(event.target.value) })}>
        <option value="0" selected=${train.map.layer === 0}>${say("train.map.inputs")}</option>
        ${layers.map((one) => html`<option key=${one} value=${one} selected=${one === train.map.layer}>${say("net.layer", { layer: one })}</option>`)}</select></label>
      <label class="field"><span>${say("train.map.method")}</span><select onChange=${(event) => put({ map: event.target.value })}>
        ${train.choices.map.map((one) => html`<option key=${one} value=${one} selected=${one === settings.map}>${say(`train.map.${one}`)}</option>`)}</select></label></div>
    <${PointMap} points=${view.arrays.map} train=${train} chosen=${settings.point} choose=${(point) => put({ point, within: 0 })} />
    <p class="quiet">${say(settings.map === train.map.method ? `train.map.about.${train.map.method}` : "train.map.waits")}</p>`;
}

function Findings({ train, take }) {
  const { diagnosis } = train;
  if (!diagnosis) return html`<p class="quiet">${say("train.diagnosis.waits")}</p>`;
  return html`<p>${say("train.diagnosis", { step: diagnosis.step, skill: diagnosis.skill === null ? "–" : diagnosis.skill.toFixed(3) })}</p>
    ${diagnosis.findings.length === 0 && html`<p>${say("train.diagnosis.none")}</p>`}
    ${diagnosis.findings.map((one) => html`<div class="measured" key=${one.name}><h3>${one.title}</h3><p>${sentence(one.what)}</p><p class="quiet">${sentence(one.why)}</p><${Mend} finding=${one} take=${take} /></div>`)}`;
}
