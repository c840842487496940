// Studies: a heat map, curves, each trial, and the way into its network.

import { Choice, ErrorText } from "../controls.js";
import { HeatMap, words } from "../heat_map.js";
import { say } from "../messages.js";
import { StudyChart } from "../study_chart.js";
import { html, Part } from "../ui.js";

const LOOK_AGAIN = 2000; // milliseconds, while a study is under way
const PRINTED = "printed/";
const OWN = { network: undefined, select: undefined, ink: undefined, photo: undefined, inputs: undefined, target: undefined, step: undefined, edits: undefined, silenced: undefined, digit: undefined };

/** @param {{view: object, hidden: Set<string>, actions: object}} properties */
export class StudiesRoom extends Part {
  componentDidMount() {
    this.clock = setInterval(() => this.lookAgain(), LOOK_AGAIN);
  }
  componentWillUnmount() {
    clearInterval(this.clock);
  }
  lookAgain() {
    const { view, actions } = this.props;
    if (view.studies.live && !actions.isAsking() && !document.hidden) actions.change({}, "keep");
  }
  render() {
    const { view, actions } = this.props;
    const { studies } = view;
    const chosen = view.state.studies ?? {};
    const put = (changes) => actions.change({ studies: { ...chosen, ...changes } });
    const choose = (trial) => put({ trial });
    return html`<div class="columns studies" ref=${this.root}>
      <section class="card">
        <${StudyList} studies=${studies} put=${put} />
        <${ErrorText} error=${view.error} />
        <${Facts} studies=${studies} />
      </section>
      <section class="card wide">
        ${studies.grid && html`<${Axes} studies=${studies} chosen=${chosen} put=${put} />
          <${HeatMap} grid=${studies.grid} metric=${studies.metric} chosen=${studies.trial && studies.trial.number} choose=${choose} />`}
        ${(studies.charts ?? []).map((chart) => html`<${Chart} key=${chart.kind + (chart.parameter ?? "")} chart=${chart} view=${view} put=${put} choose=${choose} />`)}
        ${!studies.grid && !(studies.charts ?? []).length && !view.error && html`<p class="quiet">${say("studies.nothing")}</p>`}
      </section>
      <section class="card">
        ${studies.trial ? html`<${Trial} trial=${studies.trial} actions=${actions} />` : html`<p class="quiet">${say(studies.name && studies.name.startsWith(PRINTED) ? "studies.printed.hint" : "studies.trial.none")}</p>`}
        ${studies.ranking && html`<${Ranking} studies=${studies} choose=${choose} />`}
      </section>
    </div>`;
  }
}

function nameOf(name) {
  return name.startsWith(PRINTED) ? say("studies.printed", { name: name.slice(PRINTED.length) }) : name;
}

function StudyList({ studies, put }) {
  const choose = (name) => put({ name, trial: undefined, across: undefined, upward: undefined, paper: undefined });
  return html`<h2>${say("room.studies")}</h2>
    <div class="side"><${Choice} label=${say("studies.name")} value=${studies.name} options=${studies.names.map((name) => [name, nameOf(name)])} onChoose=${choose} /></div>
    <p class="quiet">${studies.storage ? say("studies.storage", { storage: studies.storage }) : say("studies.hint")}</p>`;
}

function Facts({ studies }) {
  if (!studies.facts || !studies.facts.length) return null;
  return html`<div class="progress" role="progressbar" aria-label=${say("studies.progress")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.floor(100 * studies.share)}><span style=${{ width: `${100 * studies.share}%` }}></span></div>
    <dl class="facts">${studies.facts.map(([name, text]) => html`<div key=${name}><dt>${words(name)}</dt><dd>${text}</dd></div>`)}</dl>
    ${studies.live && html`<p class="quiet" role="status">${say("studies.live")}</p>`}`;
}

/** Which two parameters the heat map has. */
function Axes({ studies, put }) {
  const { grid, varied } = studies;
  if (varied.length < 3) return null;
  const options = (taken) => varied.filter((name) => name !== taken).map((name) => [name, words(name)]);
  return html`<div class="place">
    <${Choice} label=${say("studies.across")} value=${grid.across} options=${options(grid.upward)} onChoose=${(across) => put({ across, upward: grid.upward })} />
    <${Choice} label=${say("studies.upward")} value=${grid.upward} options=${options(grid.across)} onChoose=${(upward) => put({ across: grid.across, upward })} /></div>`;
}

function Chart({ chart, view, put, choose }) {
  const { arrays } = view;
  if (chart.kind === "slice") return html`<${StudyChart} chart=${chart} arrays=${arrays} title=${say("studies.slice", { parameter: words(chart.parameter) })} note=${say("studies.slice.note")} />`;
  if (chart.kind === "curves") return html`<${StudyChart} chart=${chart} arrays=${arrays} title=${say("studies.curves")} legend=${say("studies.curves.legend")} choose=${(series) => choose(series.trial)} />`;
  const papers = [["none", say("studies.paper.none")], ...chart.papers.map((name) => [name, name])];
  return html`<${StudyChart} chart=${chart} arrays=${arrays} title=${say("studies.rates")} legend=${say(chart.pairs ? "studies.rates.legend.paper" : "studies.rates.legend")}>
    ${chart.papers.length > 0 && html`<${Choice} label=${say("studies.paper")} value=${chart.paper} options=${papers} onChoose=${(paper) => put({ paper })} />`}
    ${chart.pairs > 0 && html`<p class="quiet">${say("studies.paper.pairs", { pairs: chart.pairs, correlation: chart.correlation ?? "–" })}</p>`}
  </${StudyChart}>`;
}

function Trial({ trial, actions }) {
  const look = (run) => actions.change({ ...OWN, room: "look", example: 0, trial: run.key });
  return html`<h2>${say(trial.is_best ? "studies.trial.best" : "studies.trial", { number: trial.number })}</h2>
    <dl class="facts">${trial.parameters.map(([name, text]) => html`<div key=${name}><dt>${words(name)}</dt><dd>${text}</dd></div>`)}
      <div><dt>${words(trial.metric)}</dt><dd><strong>${trial.value}</strong>${trial.ended === "complete" ? "" : ` (${trial.ended})`}</dd></div></dl>
    ${trial.runs.map((run) => html`<${Seed} key=${run.seed} run=${run} figures=${trial.figures} look=${look} />`)}
    <p class="quiet">${say("studies.again")}</p>`;
}

function Seed({ run, figures, look }) {
  return html`<div class="run"><h3>${say("studies.seed", { seed: run.seed })}
      ${run.key && !run.too_long && html`<button aria-label=${say("studies.look.seed", { seed: run.seed })} onClick=${() => look(run)}>${say("room.look")}</button>`}</h3>
    ${run.digest && html`<p>${figures.map((name, at) => html`<span key=${name}>${words(name)} <strong>${run.texts[at]}</strong></span> `)}</p>`}
    <p class="quiet">${run.why || say("studies.ended", { ended: run.ended, epochs: run.epochs ?? "–", seconds: run.seconds })}${run.digest && html` · <code>${run.digest}</code>`}</p>
    ${run.too_long && html`<p class="quiet">${say("studies.long")}</p>`}</div>`;
}

function Ranking({ studies, choose }) {
  const { heads, rows } = studies.ranking;
  const chosen = studies.trial ? String(studies.trial.number) : "";
  return html`<h2>${say("studies.ranking")}</h2><div class="scroll rows ranking"><table><thead><tr>${heads.map((head) => html`<th scope="col" key=${head}>${words(head)}</th>`)}</tr></thead>
    <tbody>${rows.map(([number, ...cells]) => html`<tr key=${number}><th scope="row"><button class="number" aria-pressed=${number === chosen} onClick=${() => choose(Number(number))}>${number}</button></th>${cells.map((cell, at) => html`<td key=${at}>${cell}</td>`)}</tr>`)}</tbody></table></div>
    ${studies.left_out > 0 && html`<p class="quiet">${say("studies.left", { count: studies.left_out })}</p>`}`;
}
