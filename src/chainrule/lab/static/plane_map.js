// The plane: what the network answers everywhere, with the points; points are set by hand here.

import { greatest, signed, theme } from "./colours.js";
import { say } from "./messages.js";
import { html, Part } from "./ui.js";

const SIDE = 300;
const CURSOR_STEP = 0.25;
const MARK = 4;
const OTHER_COLOURS = [[0, 158, 115], [204, 121, 167], [140, 120, 30], [120, 94, 200]];

/** Colours of classes: blue and orange first, then others that can be told apart. */
function classColours(colours) {
  return [colours.blue, colours.orange, ...OTHER_COLOURS];
}

/** Properties: `view`, `settings`, `tool`, `put(changes)`, `choose(point)`. */
export class PlaneMap extends Part {
  constructor() {
    super();
    this.state = { cursor: null, said: "", table: false };
  }
  componentDidMount() {
    this.draw();
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.draw();
    this.dark.addEventListener("change", this.redraw);
  }
  componentWillUnmount() {
    this.dark.removeEventListener("change", this.redraw);
  }
  componentDidUpdate() {
    this.draw();
  }
  get canvas() {
    return this.element.querySelector("canvas");
  }
  get half() {
    return this.props.view.plane.half_side;
  }
  draw() {
    const { view } = this.props;
    const colours = theme();
    const ratio = window.devicePixelRatio || 1;
    const canvas = this.canvas;
    canvas.width = canvas.height = Math.round(SIDE * ratio);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.fillStyle = colours.paper;
    context.fillRect(0, 0, SIDE, SIDE);
    context.imageSmoothingEnabled = !view.plane.classifies;
    const scale = view.plane.classifies ? 1 : this.scale();
    context.drawImage(this.background(colours, scale), 0, 0, SIDE, SIDE);
    this.drawAxes(context, colours);
    this.points().forEach((point, at) => this.drawPoint(context, colours, point, at, scale));
    this.drawCursor(context, colours);
  }
  /** Of numbers: the greatest target, or the usual size of answers if that is greater. */
  scale() {
    return greatest(this.points().map((one) => one.target));
  }
  background(colours, scale) {
    const { level, best } = this.props.view.arrays;
    const [rows, columns] = level.shape;
    const canvas = document.createElement("canvas");
    canvas.width = columns;
    canvas.height = rows;
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    const classes = classColours(colours);
    const least = best ? 1 / this.props.settings.classes : 0;
    for (let at = 0; at < level.length; at += 1) {
      const colour = best ? classes[best[at]] : level[at] < 0 ? colours.orange : colours.blue;
      const share = best ? (level[at] - least) / (1 - least) : Math.abs(level[at]) / scale;
      image.data.set([...colour, 255 * (best ? 0.12 + 0.5 * share : 0.75 * Math.min(1, share))], 4 * at);
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }
  drawAxes(context, colours) {
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(SIDE / 2, 0);
    context.lineTo(SIDE / 2, SIDE);
    context.moveTo(0, SIDE / 2);
    context.lineTo(SIDE, SIDE / 2);
    context.stroke();
  }
  points() {
    const numbers = this.props.view.arrays.points;
    return [...Array(numbers.length / 4).keys()].map((at) => {
      const [x, y, target, held] = numbers.subarray(4 * at, 4 * at + 4);
      return { x, y, target, held: held === 1 };
    });
  }
  place({ x, y }) {
    return [((x + this.half) * SIDE) / (2 * this.half), ((this.half - y) * SIDE) / (2 * this.half)];
  }
  drawPoint(context, colours, point, at, scale) {
    const [x, y] = this.place(point);
    const { classifies } = this.props.view.plane;
    const colour = classifies ? `rgb(${classColours(colours)[point.target]})` : signed(point.target / scale, colours);
    context.beginPath();
    outline(context, classifies ? point.target : 0, x, y);
    context.lineWidth = point.held ? 1.8 : 1;
    context.fillStyle = colours.paper;
    context.fill();
    context.fillStyle = colour;
    if (!point.held || !classifies) context.fill();
    context.strokeStyle = classifies ? (point.held ? colour : colours.paper) : point.held ? colours.ink : colours.quiet;
    context.stroke();
    if (at !== this.props.settings.point) return;
    context.beginPath();
    context.arc(x, y, MARK + 4, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = colours.ink;
    context.stroke();
  }
  drawCursor(context, colours) {
    const { cursor } = this.state;
    if (!cursor) return;
    const [x, y] = this.place(cursor);
    context.beginPath();
    context.moveTo(x - 9, y);
    context.lineTo(x + 9, y);
    context.moveTo(x, y - 9);
    context.lineTo(x, y + 9);
    context.strokeStyle = colours.ink;
    context.lineWidth = 2;
    context.stroke();
  }
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (value, start, length) => Math.min(1, Math.max(0, (value - start) / length));
    return {
      x: this.half * (2 * share(event.clientX, box.left, box.width) - 1),
      y: this.half * (1 - 2 * share(event.clientY, box.top, box.height)),
    };
  }
  /** Do at a place what the tool says. */
  use({ x, y }) {
    const { tool, put, choose, settings } = this.props;
    if (tool === "look") choose(nearest(this.points(), x, y));
    else if (tool === "remove") put({ drawn: settings.drawn.filter((_, at) => at !== nearest(settings.drawn.map(([x, y]) => ({ x, y })), x, y)) });
    else put({ drawn: [...settings.drawn, [round(x), round(y), Number(tool.slice(4))]] });
  }
  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const cursor = this.state.cursor ?? { x: 0, y: 0 };
    if (event.key === "Enter" || event.key === " ") this.use(cursor);
    else if (event.key === "t" || event.key === "T") this.setState({ table: !this.state.table });
    else if (moves[event.key]) this.moveTo(cursor, moves[event.key], event.shiftKey ? 4 : 1);
    else return;
    event.preventDefault();
  }
  moveTo(cursor, [right, up], times) {
    const clip = (value) => Math.min(this.half, Math.max(-this.half, value));
    const step = CURSOR_STEP * times;
    const moved = { x: clip(cursor.x + right * step), y: clip(cursor.y + up * step) };
    this.setState({ cursor: moved, said: this.describe(moved) });
  }
  describe({ x, y }) {
    const { level, best } = this.props.view.arrays;
    const side = level.shape[0];
    const cell = (value) => Math.min(side - 1, Math.floor((side * value) / (2 * this.half)));
    const at = cell(this.half - y) * side + cell(x + this.half);
    const place = { x: x.toFixed(2), y: y.toFixed(2) };
    return best
      ? say("plane.there.class", { ...place, name: best[at], percent: (100 * level[at]).toFixed(1) })
      : say("plane.there.number", { ...place, number: level[at].toPrecision(4) });
  }
  render() {
    const { said, table } = this.state;
    return html`<div class="plane-map" ref=${this.root}>
      <canvas tabindex="0" role="application" aria-label=${say("plane.map.label")} aria-describedby="plane-hint" onClick=${(event) => this.use(this.at(event))}
        onPointerMove=${(event) => this.setState({ said: this.describe(this.at(event)) })} onKeyDown=${(event) => this.key(event)}
        onBlur=${() => this.setState({ cursor: null })}></canvas>
      <p class="quiet said" aria-live="polite">${said || say(this.props.view.plane.classifies ? "plane.map.empty" : "plane.map.numbers")}</p>
      <p class="unseen" id="plane-hint">${say("plane.hint")}</p>
      <button class="plain" aria-expanded=${table} onClick=${() => this.setState({ table: !table })}>${say(table ? "net.table.hide" : "plane.table")}</button>
      ${table && html`<${PointTable} points=${this.points()} choose=${this.props.choose} chosen=${this.props.settings.point} />`}
    </div>`;
  }
}

function PointTable({ points, choose, chosen }) {
  return html`<div class="scroll rows"><table><thead><tr>${["#", "x", "y", say("plane.target"), say("plane.part")].map((head) => html`<th scope="col" key=${head}>${head}</th>`)}</tr></thead>
    <tbody>${points.map((one, at) => html`<tr key=${at}><th scope="row"><button class="number" aria-pressed=${at === chosen} onClick=${() => choose(at)}>${at}</button></th>
      <td>${one.x.toFixed(2)}</td><td>${one.y.toFixed(2)}</td><td>${Number(one.target.toPrecision(4))}</td><td>${say(one.held ? "plane.test" : "plane.training")}</td></tr>`)}</tbody></table></div>`;
}

function round(value) {
  return Math.round(100 * value) / 100;
}

function nearest(points, x, y) {
  const far = points.map((one) => Math.hypot(one.x - x, one.y - y));
  return far.indexOf(Math.min(...far));
}

/** Each class has a shape of its own: disc, square, triangle, diamond, triangle on its tip, bar. */
function outline(context, shape, x, y) {
  const r = MARK;
  const corners = [
    null,
    [[-r, -r], [r, -r], [r, r], [-r, r]],
    [[0, -r - 1], [r + 1, r], [-r - 1, r]],
    [[0, -r - 2], [r + 2, 0], [0, r + 2], [-r - 2, 0]],
    [[0, r + 1], [r + 1, -r], [-r - 1, -r]],
    [[-r - 2, -2.5], [r + 2, -2.5], [r + 2, 2.5], [-r - 2, 2.5]],
  ][shape];
  if (!corners) context.arc(x, y, r, 0, 2 * Math.PI);
  else {
    corners.forEach(([right, down]) => context.lineTo(x + right, y + down));
    context.closePath();
  }
}
