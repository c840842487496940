// What two models answer: for one example, and where they disagree.

import { say } from "../messages.js";
import { OpenButton } from "../table.js";
import { html } from "../ui.js";

/** How a side is named: a letter, with the epoch where it has one. */
export function sideName(side) {
  const [model, epoch] = side.split(":");
  const name = model === "changed" || model === "trial" ? say(`compare.side.${model}`) : model;
  return epoch === undefined ? name : say("compare.side.epoch", { name, epoch });
}

/** @param {{view: object, actions: object}} properties */
export function Outputs({ view, actions }) {
  const { outputs, sides } = view.compare;
  const most = Math.max(...outputs.rows.flatMap((row) => row.values.map(Math.abs))) || 1;
  const bar = (value, at) => html`<span class=${`bar ${at ? "second" : ""} ${value < 0 ? "orange" : "blue"}`} style=${{ width: `${(100 * Math.min(1, Math.abs(value) / (outputs.classifies ? 1 : most))).toFixed(1)}%` }}></span>`;
  const number = (row) => (row.address ? html`<${OpenButton} address=${row.address} text=${row.texts[0]} selected=${view.state.select} open=${actions.open} />` : row.texts[0]);
  return html`<h2>${say("draw.answer")}</h2>
    ${outputs.answers.length > 0 && html`<p class=${outputs.answers[0] === outputs.answers[1] ? "verdicts" : "verdicts differ"}>${outputs.answers.map((answer, at) => html`<span key=${at}><small>${sideName(sides[at])}</small> <strong>${answer}</strong></span>`)}</p>`}
    <div class="scroll"><table class="outputs"><thead><tr><td></td><td></td>${sides.map((side, at) => html`<th scope="col" key=${at}>${sideName(side)}</th>`)}<th scope="col">${say("compare.apart")}</th></tr></thead>
      <tbody>${outputs.rows.map((row) => html`<tr key=${row.name}><th scope="row">${row.name}</th><td class="bars">${row.values.map(bar)}</td><td>${number(row)}</td><td>${row.texts[1]}</td><td>${row.texts[2]}</td></tr>`)}</tbody></table></div>`;
}

/** The examples to which the models answer differently; each leads to its numbers. */
export function AnswerRows({ view, actions }) {
  const { answers, sides } = view.compare;
  if (!answers) return html`<p class="quiet">${say("compare.answers.none")}</p>`;
  const some = answers.count < answers.examples ? say("compare.answers.first", { count: answers.count, examples: answers.examples }) : "";
  const choose = (example) => actions.change({ example, ink: undefined, photo: undefined, inputs: undefined, target: undefined, step: undefined, digit: undefined });
  return html`<h2>${say("compare.disagree", { count: answers.differing, of: answers.count })}</h2>
    ${some && html`<p class="quiet">${some}</p>`}
    ${answers.classifies && html`<${Scores} answers=${answers} sides=${sides} />`}
    ${answers.rows.length > 0 && html`<div class="scroll rows"><table><thead><tr><th scope="col">${say("draw.example.row")}</th><th scope="col">${say("plane.target")}</th>${sides.map((side, at) => html`<th scope="col" key=${at}>${sideName(side)}</th>`)}</tr></thead>
      <tbody>${answers.rows.map((one) => html`<tr key=${one.row}><th scope="row"><button class="number" aria-pressed=${view.state.example === one.row} onClick=${() => choose(one.row)}>${one.row}</button></th>
        <td>${one.target}</td>${[0, 1].map((at) => html`<td key=${at} class=${one.answers[at] === one.target ? "right-answer" : ""}>${one.answers[at]} <small>${one.texts[at]}</small></td>`)}</tr>`)}</tbody></table></div>
      ${answers.rows.length < answers.differing && html`<p class="quiet">${say("compare.rows.some", { count: answers.rows.length, of: answers.differing })}</p>`}`}`;
}

function Scores({ answers, sides }) {
  const percent = (share) => (100 * share).toFixed(2);
  return html`<div class="scroll"><table class="scores"><thead><tr><td></td><th scope="col">${say("plane.right")}</th><th scope="col">${say("compare.interval")}</th><th scope="col">${say("compare.only")}</th></tr></thead>
    <tbody>${sides.map((side, at) => html`<tr key=${at}><th scope="row">${sideName(side)}</th><td>${percent(answers.right[at] / answers.count)} %</td><td>${answers.intervals[at].map(percent).join(" – ")} %</td><td>${answers.only[at]}</td></tr>`)}</tbody></table></div>
    <p class="quiet">${say("compare.mcnemar", { p: answers.p })}</p>`;
}
