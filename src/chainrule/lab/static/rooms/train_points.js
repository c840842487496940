// The activations of a layer as points of a plane: each is the name of its class, or a dot.

import { say } from "../messages.js";
import { html, Part } from "../ui.js";

const [SIDE, MARGIN] = [320, 12];
const SAY_AFTER = 150; // milliseconds: a cursor that runs past says nothing

/** Properties: `points` (rows of x, y, row, target, answer), `train`, `chosen`, `choose(row)`. */
export class PointMap extends Part {
  constructor() {
    super();
    this.state = { said: "", table: false };
  }
  get rows() {
    const { points } = this.props;
    return [...Array(points.length / 5).keys()].map((at) => points.subarray(5 * at, 5 * at + 5));
  }
  describe([, , row, target, answer]) {
    const { train } = this.props;
    const name = (value) => (train.classifies ? train.names[value] : value.toPrecision(4));
    return say("train.map.point", { row, target: name(target), answer: name(answer) });
  }
  key(event) {
    const { chosen, choose } = this.props;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "t" || event.key === "T") this.setState({ table: !this.state.table });
    else if (step) {
      const { rows } = this;
      const next = rows[(chosen + step + rows.length) % rows.length] ?? rows[0];
      choose(next[2]);
      clearTimeout(this.saying);
      this.saying = setTimeout(() => this.setState({ said: this.describe(next) }), SAY_AFTER);
    } else return;
    event.preventDefault();
  }
  scale(rows, at) {
    const values = rows.map((row) => row[at]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value) => MARGIN + ((SIDE - 2 * MARGIN) * (value - low)) / (high - low || 1);
  }
  render() {
    const { train, chosen, choose } = this.props;
    const { rows } = this;
    const [x, y] = [this.scale(rows, 0), this.scale(rows, 1)];
    const isWrong = ([, , , target, answer]) => train.classifies && target !== answer;
    const mark = (row) => {
      const kind = `${isWrong(row) ? "wrong" : "right"}${row[2] === chosen ? " chosen" : ""}`;
      const place = { x: x(row[0]).toFixed(1), y: (SIDE - y(row[1])).toFixed(1) };
      return train.classifies
        ? html`<text key=${row[2]} class=${kind} ...${place} text-anchor="middle" dominant-baseline="central" onClick=${() => choose(row[2])}>${train.names[row[3]].slice(0, 2)}</text>`
        : html`<circle key=${row[2]} class=${kind} cx=${place.x} cy=${place.y} r="3.5" onClick=${() => choose(row[2])} />`;
    };
    const ordered = [...rows].sort((one, other) => (one[2] === chosen) - (other[2] === chosen));
    return html`<figure class="point-map" ref=${this.root}>
      <svg viewBox=${`0 0 ${SIDE} ${SIDE}`} tabindex="0" role="application" aria-label=${say("train.map.label", { count: rows.length })} onKeyDown=${(event) => this.key(event)}>${ordered.map(mark)}</svg>
      <p class="unseen" aria-live="polite">${this.state.said}</p>
      <button class="plain" aria-expanded=${this.state.table} onClick=${() => this.setState({ table: !this.state.table })}>${say(this.state.table ? "net.table.hide" : "net.table")}</button>
      ${this.state.table && html`<div class="scroll rows"><table><thead><tr><th scope="col">${say("train.column.row")}</th><th scope="col">x</th><th scope="col">y</th><th scope="col">${say("train.column.target")}</th></tr></thead>
        <tbody>${rows.map((row) => html`<tr key=${row[2]}><th scope="row">${row[2]}</th><td>${row[0].toPrecision(4)}</td><td>${row[1].toPrecision(4)}</td><td>${train.classifies ? train.names[row[3]] : row[3].toPrecision(4)}</td></tr>`)}</tbody></table></div>`}
    </figure>`;
  }
}
