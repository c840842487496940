// The path of a descent: on the curve of one variable, or among lines of equal height of two.

import { say } from "./messages.js";
import { html, Part } from "./ui.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [620, 440, 58, 30, 12, 12];
const KINDS = { one: "value", two: "point" };

/** Properties: `view`, `setStart(numbers, history)`, `open`. The start follows the pointer. */
export class DescentPicture extends Part {
  constructor() {
    super();
    this.state = { frozen: null };
  }
  get isMap() {
    return this.props.view.descent.variables.length === 2;
  }
  /** What is across and upwards, from least to greatest; it stands still while the start is dragged. */
  get box() {
    if (this.state.frozen) return this.state.frozen;
    const { curve, box, path } = this.props.view.arrays;
    if (box) return [[box[0], box[1]], [box[2], box[3]]];
    const across = column(curve, 0, 2);
    const heights = [...column(curve, 1, 2), ...column(path, 1, 2)].filter(Number.isFinite);
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const room = 0.06 * (high - low) || 1;
    return [[across[0], across.at(-1)], [low - room, high + room]];
  }
  x(number) {
    const [low, high] = this.box[0];
    return LEFT + share(number - low, high - low) * (WIDTH - LEFT - RIGHT);
  }
  y(number) {
    const [low, high] = this.box[1];
    return TOP + share(high - number, high - low) * (HEIGHT - TOP - BOTTOM);
  }
  /** The numbers of the variables under the pointer, rounded to what a screen can tell. */
  under(event) {
    const box = this.element.querySelector("svg").getBoundingClientRect();
    const across = ((event.clientX - box.left) * WIDTH) / box.width;
    const down = ((event.clientY - box.top) * HEIGHT) / box.height;
    const [[left, right], [low, high]] = this.box;
    const first = round(left + ((across - LEFT) / (WIDTH - LEFT - RIGHT)) * (right - left), right - left);
    if (!this.isMap) return [first];
    return [first, round(high - ((down - TOP) / (HEIGHT - TOP - BOTTOM)) * (high - low), high - low)];
  }
  grab(event) {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    this.setState({ frozen: this.box });
    this.moved = false;
  }
  drag(event) {
    if (!this.state.frozen) return;
    this.props.setStart(this.under(event), this.moved ? "replace" : "push");
    this.moved = true;
  }
  release() {
    this.setState({ frozen: null });
  }
  render() {
    const { view } = this.props;
    const { variables, rows } = view.descent;
    const label = say(this.isMap ? "descend.map.label" : "descend.curve.label", { steps: rows.length - 1, sentence: view.descent.sentence });
    return html`<figure class="descent-picture" ref=${this.root}>
      <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${label}>
        <clipPath id="descent-clip"><rect x=${LEFT} y=${TOP} width=${WIDTH - LEFT - RIGHT} height=${HEIGHT - TOP - BOTTOM} /></clipPath>
        ${this.axes(this.isMap ? variables : [variables[0], "f"])}
        <g clip-path="url(#descent-clip)">${this.isMap ? this.contours() : html`<polyline class="function" points=${this.line(pairs(view.arrays.curve, 2))} />`}</g>
        ${this.path()}
      </svg>
    </figure>`;
  }
  axes([across, up]) {
    const [[left, right], [low, high]] = this.box;
    const bottom = HEIGHT - BOTTOM;
    return html`<g class="axes">
      <rect x=${LEFT} y=${TOP} width=${WIDTH - LEFT - RIGHT} height=${bottom - TOP} />
      ${ticks(left, right).map((one) => html`<line x1=${this.x(one)} x2=${this.x(one)} y1=${bottom} y2=${bottom + 4} /><text x=${this.x(one)} y=${bottom + 17} text-anchor="middle">${one}</text>`)}
      ${ticks(low, high).map((one) => html`<line x1=${LEFT - 4} x2=${LEFT} y1=${this.y(one)} y2=${this.y(one)} /><text x=${LEFT - 8} y=${this.y(one) + 4} text-anchor="end">${one}</text>`)}
      <text class="name" x=${WIDTH - RIGHT} y=${HEIGHT - 2} text-anchor="end">${across}</text><text class="name" x=${4} y=${TOP + 10}>${up}</text>
    </g>`;
  }
  line(points) {
    return points.filter((one) => one.every(Number.isFinite)).map(([x, y]) => `${this.x(x).toFixed(1)},${this.y(y).toFixed(1)}`).join(" ");
  }
  contours() {
    const { contours, contour_parts: parts } = this.props.view.arrays;
    const points = pairs(contours, 2);
    let done = 0;
    return pairs(parts, 2).map(([count, share], at) => {
      const line = this.line(points.slice(done, (done += count)));
      return html`<polyline key=${at} class="contour" points=${line} style=${{ opacity: 1 - 0.8 * share }} />`;
    });
  }
  path() {
    const width = this.isMap ? 3 : 2;
    const points = pairs(this.props.view.arrays.path, width).map((one) => one.slice(0, 2));
    const { state } = this.props.view;
    const kind = this.isMap ? KINDS.two : KINDS.one;
    const chosen = /^\w+\[(\d+)\]/.exec(state.select ?? "");
    return html`<g class="path"><polyline points=${this.line(points)} />
      ${points.map(([x, y], at) => at > 0 && html`<circle key=${at} class=${chosen && Number(chosen[1]) === at ? "chosen" : ""} cx=${this.x(x)} cy=${this.y(y)} r="4.5"
        onClick=${() => this.props.open(kind === "value" ? `value[${at}]` : `point[${at}][0]`)}><title>${say("descend.point", { step: at })}</title></circle>`)}
      <circle class="start" cx=${this.x(points[0][0])} cy=${this.y(points[0][1])} r="9" onPointerDown=${(event) => this.grab(event)} onPointerMove=${(event) => this.drag(event)}
        onPointerUp=${() => this.release()} onPointerCancel=${() => this.release()}><title>${say("descend.start.drag")}</title></circle></g>`;
  }
}

function pairs(numbers, width) {
  return [...Array(numbers.length / width).keys()].map((at) => Array.from(numbers.subarray(width * at, width * (at + 1))));
}

function column(numbers, at, width) {
  return pairs(numbers, width).map((row) => row[at]);
}

/** A part of a range; numbers that float32 cannot tell apart have none. */
function share(part, range) {
  return range > 0 ? part / range : 0.5;
}

function round(number, range) {
  const digits = Math.max(0, Math.ceil(2 - Math.log10(range)));
  return Number(number.toFixed(Math.min(12, digits)));
}

/** About five round numbers within a range. */
export function ticks(low, high) {
  if (!(high > low)) return [];
  const raw = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((one) => one * power >= raw) * power;
  const count = Math.floor(high / step) - Math.ceil(low / step) + 1;
  return [...Array(count).keys()].map((at) => Number(((Math.ceil(low / step) + at) * step).toPrecision(6)));
}
