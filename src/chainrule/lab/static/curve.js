// The cost by epoch, on the training and the test part.

import { say } from "./messages.js";
import { html, Part } from "./ui.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [300, 130, 44, 20, 6];

/** Properties: `rows`, numbers of epoch, training cost, test cost, -1 for none; `label`, a message's key, for another figure than the cost; `beside`, rows of a second training. */
export class CostCurve extends Part {
  constructor() {
    super();
    this.state = { table: false };
  }
  render() {
    const rows = rowsOf(this.props.rows);
    const { table } = this.state;
    if (!rows.length) return html`<p class="quiet" ref=${this.root}>${say("plane.curve.none")}</p>`;
    return html`<figure class="curve" ref=${this.root}>
      <figcaption><span class="swatch blue"></span>${say("plane.training")} ${rows[0][2] >= 0 && html`<span class="swatch orange"></span>${say("plane.test")}`}
        <button class="plain" aria-expanded=${table} onClick=${() => this.setState({ table: !table })}>${say(table ? "net.table.hide" : "net.table")}</button></figcaption>
      ${this.chart(rows)}
      ${table && html`<div class="scroll rows"><table><thead><tr><th scope="col">${say("plane.epochs")}</th><th scope="col">${say("plane.training")}</th><th scope="col">${say("plane.test")}</th></tr></thead>
        <tbody>${rows.map(([epoch, cost, test]) => html`<tr key=${epoch}><th scope="row">${epoch}</th><td>${cost.toPrecision(5)}</td><td>${test < 0 ? "–" : test.toPrecision(5)}</td></tr>`)}</tbody></table></div>`}
    </figure>`;
  }
  chart(rows) {
    const others = rowsOf(this.props.beside ?? []);
    const all = [...rows, ...others];
    const first = Math.min(...all.map((row) => row[0]));
    const last = Math.max(...all.map((row) => row[0]));
    const most = Math.max(...all.map((row) => Math.max(row[1], row[2]))) || 1;
    const x = (epoch) => LEFT + ((epoch - first) * (WIDTH - LEFT - 6)) / (last - first || 1);
    const y = (cost) => TOP + (1 - cost / most) * (HEIGHT - TOP - BOTTOM);
    const line = (at, some = rows) => some.map((row) => `${x(row[0]).toFixed(1)},${y(row[at]).toFixed(1)}`).join(" ");
    const label = say(this.props.label ?? "plane.curve.label", { first, last, cost: rows.at(-1)[1].toPrecision(4) });
    return html`<svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${label}>
      <line class="axis" x1=${LEFT} x2=${WIDTH - 6} y1=${y(0)} y2=${y(0)} /><line class="axis" x1=${LEFT} x2=${LEFT} y1=${TOP} y2=${y(0)} />
      <text x=${LEFT - 5} y=${TOP + 9} text-anchor="end">${most.toPrecision(3)}</text><text x=${LEFT - 5} y=${y(0)} text-anchor="end">0</text>
      <text x=${LEFT} y=${HEIGHT - 4}>${first}</text><text x=${WIDTH - 6} y=${HEIGHT - 4} text-anchor="end">${say("plane.curve.epoch", { epoch: last })}</text>
      ${others.length > 0 && html`<polyline class="training beside" points=${line(1, others)} />${others[0][2] >= 0 && html`<polyline class="test beside" points=${line(2, others)} />`}`}
      ${rows[0][2] >= 0 && html`<polyline class="test" points=${line(2)} />`}<polyline class="training" points=${line(1)} />
      ${rows.length === 1 && html`<circle class="training" cx=${x(first)} cy=${y(rows[0][1])} r="3" />${rows[0][2] >= 0 && html`<circle class="test" cx=${x(first)} cy=${y(rows[0][2])} r="3" />`}`}
    </svg>`;
  }
}

/** @param {Float32Array | number[]} numbers @returns {ArrayLike<number>[]} their rows of three */
function rowsOf(numbers) {
  return [...Array(numbers.length / 3).keys()].map((at) => numbers.slice(3 * at, 3 * at + 3));
}
