// A heat map of a study: by mouse, by arrow keys with what a cell says, and as a table.

import { TabledFigure } from "./figure.js";
import { say } from "./messages.js";
import { html, Part } from "./ui.js";

const [WIDTH, LEFT, BOTTOM, TOP] = [560, 74, 46, 4];
const WRITTEN_UP_TO = 14; // columns whose cells have room for their numbers
const SAY_AFTER = 150; // milliseconds: a cursor that runs past says nothing
const SIGN_WIDTH = 7.5; // of a tick's text

/** Properties: `grid` of a view, `metric`, `chosen` (number of a trial), `choose(number)`. */
export class HeatMap extends Part {
  constructor() {
    super();
    this.state = { at: null, said: "" };
  }
  get columns() {
    return this.props.grid.across_texts.length;
  }
  get rows() {
    return this.props.grid.upward_texts.length;
  }
  get cellWidth() {
    return (WIDTH - LEFT) / this.columns;
  }
  get cellHeight() {
    return Math.max(15, Math.min(40, 320 / this.rows));
  }
  /** What a cell says. */
  describe(row, column) {
    const { grid } = this.props;
    const cell = grid.cells[row][column];
    const place = { across: words(grid.across), across_text: grid.across_texts[column], upward: words(grid.upward), upward_text: grid.upward_texts[row] };
    if (!cell) return say("studies.cell.none", place);
    return say(cell.count > 1 ? "studies.cell.many" : "studies.cell", { ...place, text: cell.text, count: cell.count });
  }
  press(row, column) {
    this.setState({ at: [row, column] });
    const cell = this.props.grid.cells[row][column];
    if (cell && cell.trials.length) this.props.choose(cell.trials[0]);
  }
  key(event) {
    const [row, column] = this.state.at ?? this.props.grid.best;
    const moves = { ArrowUp: [row + 1, column], ArrowDown: [row - 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1] };
    if (event.key === "Enter") this.press(row, column);
    else if (moves[event.key]) this.moveTo(this.state.at ? moves[event.key] : [row, column]);
    else return;
    event.preventDefault();
  }
  moveTo([row, column]) {
    const at = [Math.max(0, Math.min(this.rows - 1, row)), Math.max(0, Math.min(this.columns - 1, column))];
    this.setState({ at });
    clearTimeout(this.saying);
    this.saying = setTimeout(() => this.setState({ said: this.describe(...at) }), SAY_AFTER);
  }
  table() {
    const { grid, choose } = this.props;
    return html`<table><thead><tr><th scope="col">${words(grid.upward)} \\ ${words(grid.across)}</th>${grid.across_texts.map((text, at) => html`<th scope="col" key=${at}>${text}</th>`)}</tr></thead>
      <tbody>${grid.cells.map((cells, row) => html`<tr key=${row}><th scope="row">${grid.upward_texts[row]}</th>${cells.map((cell, column) => html`<td key=${column}>${!cell ? "" : cell.trials.length ? html`<button class="number" onClick=${() => choose(cell.trials[0])}>${cell.text}</button>` : cell.text}</td>`)}</tr>`)}</tbody></table>`;
  }
  render() {
    const { grid, metric } = this.props;
    const height = TOP + this.rows * this.cellHeight + BOTTOM;
    const label = say("studies.map.label", { metric, across: words(grid.across), upward: words(grid.upward), summary: grid.summary });
    return html`<${TabledFigure} title=${say("studies.map", { metric })} table=${() => this.table()} kind="heat">
      <div class="scroll"><svg ref=${this.root} viewBox=${`0 0 ${WIDTH} ${height}`} tabindex="0" role="application" aria-label=${label} onKeyDown=${(event) => this.key(event)} onBlur=${() => this.setState({ at: null })}>
        ${grid.cells.map((cells, row) => cells.map((cell, column) => this.cell(cell, row, column)))}
        ${this.frame(...grid.best, "best")}
        ${this.chosenCells().map(([row, column]) => this.frame(row, column, "chosen"))}
        ${this.state.at && this.frame(...this.state.at, "cursor")}
        ${this.ticks()}
      </svg></div>
      <p class="quiet">${grid.summary} ${say(grid.higher_is_better ? "studies.map.higher" : "studies.map.lower", { low: grid.low, high: grid.high })}</p>
      <p class="unseen" aria-live="polite">${this.state.said}</p>
    </${TabledFigure}>`;
  }
  x(column) {
    return LEFT + column * this.cellWidth;
  }
  y(row) {
    return TOP + (this.rows - 1 - row) * this.cellHeight;
  }
  cell(cell, row, column) {
    const [x, y, width, height] = [this.x(column), this.y(row), this.cellWidth, this.cellHeight];
    const middle = { x: x + width / 2, y: y + height / 2 + 4 };
    const key = `${row} ${column}`;
    if (!cell) return html`<text key=${key} class="none" x=${middle.x} y=${middle.y} text-anchor="middle">·</text>`;
    const tone = cell.share > 0.85 ? "full" : cell.share > 0.62 ? "half" : ""; // where text is readable on the blue
    return html`<g key=${key} class=${cell.trials.length ? "cell opens" : "cell"} onClick=${() => this.press(row, column)}>
      <rect x=${x + 0.5} y=${y + 0.5} width=${width - 1} height=${height - 1} style=${{ fillOpacity: 0.05 + 0.95 * cell.share }} />
      ${this.columns <= WRITTEN_UP_TO && html`<text class=${tone} x=${middle.x} y=${middle.y} text-anchor="middle">${cell.text.replace(/\s?%$/, "")}</text>`}
      <title>${this.describe(row, column)}</title></g>`;
  }
  chosenCells() {
    const { grid, chosen } = this.props;
    return grid.cells.flatMap((cells, row) => cells.flatMap((cell, column) => (cell && cell.trials.includes(chosen) ? [[row, column]] : [])));
  }
  frame(row, column, kind) {
    const inset = kind === "chosen" ? 3 : 0;
    return html`<rect key=${kind} class=${`frame ${kind}`} x=${this.x(column) + inset} y=${this.y(row) + inset} width=${this.cellWidth - 2 * inset} height=${this.cellHeight - 2 * inset} />`;
  }
  ticks() {
    const { grid } = this.props;
    const longest = Math.max(...grid.across_texts.map((text) => text.length));
    const every = Math.max(1, Math.ceil(((longest + 1) * SIGN_WIDTH) / this.cellWidth));
    const bottom = TOP + this.rows * this.cellHeight;
    return html`<g class="ticks">
      ${grid.across_texts.map((text, at) => at % every === 0 && html`<text key=${at} x=${this.x(at) + this.cellWidth / 2} y=${bottom + 15} text-anchor="middle">${text}</text>`)}
      ${grid.upward_texts.map((text, at) => html`<text key=${at} x=${LEFT - 6} y=${this.y(at) + this.cellHeight / 2 + 4} text-anchor="end">${text}</text>`)}
      <text class="name" x=${(LEFT + WIDTH) / 2} y=${bottom + 38} text-anchor="middle">${words(grid.across)}</text>
      <text class="name" x="12" y=${bottom / 2} text-anchor="middle" transform=${`rotate(-90 12 ${bottom / 2})`}>${words(grid.upward)}</text></g>`;
  }
}

/** @param {string} name of a parameter @returns {string} in words */
export function words(name) {
  return name.replaceAll("_", " ");
}
