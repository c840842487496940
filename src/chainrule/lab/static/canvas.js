// Ink: a canvas for mouse, pen, touch and keyboard, whose strokes are part of the state.

import { bitmap, theme } from "./colours.js";
import { say } from "./messages.js";
import { html, Part } from "./ui.js";

const SIDE = 280; // lab/ink.py has the same
const WIDTH = 22;
const STEP = 10;
const LEAST = 4; // points nearer than this to the last one add nothing

/** Properties: `strokes`, `example` (numbers, rows, columns) to show without strokes, `onInk(strokes, isDone)`. */
export class InkCanvas extends Part {
  constructor() {
    super();
    this.state = { pen: null, said: "" };
    this.stroke = null;
  }
  componentDidMount() {
    this.draw();
  }
  componentDidUpdate() {
    if (!this.stroke) this.draw();
  }
  get canvas() {
    return this.element.querySelector("canvas");
  }
  draw() {
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, SIDE, SIDE);
    context.lineWidth = WIDTH;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = context.fillStyle = getComputedStyle(this.canvas).color;
    for (const stroke of this.strokes()) {
      context.beginPath();
      context.moveTo(...stroke[0]);
      for (const point of stroke) context.lineTo(...point);
      context.stroke();
    }
    if (!this.strokes().length && this.props.example) this.drawExample(context);
    this.drawPen(context);
  }
  /** An example stands where its drawing would; the first stroke takes its place. */
  drawExample(context) {
    const { numbers, rows, columns } = this.props.example;
    context.imageSmoothingEnabled = true;
    context.drawImage(bitmap(numbers, rows, columns, "ink", theme()), 0, 0, SIDE, SIDE);
  }
  drawPen(context) {
    const { pen } = this.state;
    if (!pen) return;
    context.beginPath();
    context.arc(pen.x, pen.y, WIDTH / 2, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = getComputedStyle(this.canvas).outlineColor;
    context.stroke();
  }
  strokes() {
    return this.stroke ? [...this.props.strokes, this.stroke] : this.props.strokes;
  }
  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = (value, start, length) =>
      Math.round(Math.min(SIDE, Math.max(0, (SIDE * (value - start)) / length)));
    return [at(event.clientX, box.left, box.width), at(event.clientY, box.top, box.height)];
  }
  begin(event) {
    if (event.button) return;
    event.preventDefault();
    this.canvas.focus();
    this.canvas.setPointerCapture(event.pointerId);
    this.stroke = [this.point(event)];
    this.draw();
  }
  move(event) {
    if (!this.stroke) return;
    for (const one of event.getCoalescedEvents ? event.getCoalescedEvents() : [event]) this.add(this.point(one));
    this.draw();
    this.props.onInk(this.strokes(), false);
  }
  add(point) {
    const last = this.stroke[this.stroke.length - 1];
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= LEAST) this.stroke.push(point);
  }
  end() {
    if (!this.stroke) return;
    const strokes = this.strokes();
    this.stroke = null;
    this.props.onInk(strokes, true);
  }
  key(event) {
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const pen = this.state.pen ?? { x: SIDE / 2, y: SIDE / 2, down: false };
    if (event.key === " ") {
      if (pen.down) this.end();
      else this.stroke = [[pen.x, pen.y]];
      this.put({ ...pen, down: !pen.down });
    } else if (moves[event.key]) {
      const [x, y] = moves[event.key];
      const clip = (value) => Math.min(SIDE, Math.max(0, value));
      const moved = { ...pen, x: clip(pen.x + x), y: clip(pen.y + y) };
      if (pen.down) {
        this.add([moved.x, moved.y]);
        this.props.onInk(this.strokes(), false);
      }
      this.put(moved);
    } else {
      return;
    }
    event.preventDefault();
  }
  put(pen) {
    const down = say(pen.down ? "draw.pen.down" : "draw.pen.up");
    this.setState({ pen, said: say("draw.pen", { x: pen.x, y: pen.y, down }) }, () => this.draw());
  }
  leave() {
    this.end();
    this.setState({ pen: null }, () => this.draw());
  }
  render() {
    return html`<div class="ink" ref=${this.root}>
      <canvas width=${SIDE} height=${SIDE} tabindex="0" role="application" aria-label=${say("draw.canvas")}
        aria-describedby="draw-hint" onPointerDown=${(event) => this.begin(event)}
        onPointerMove=${(event) => this.move(event)} onPointerUp=${() => this.end()}
        onPointerCancel=${() => this.end()} onKeyDown=${(event) => this.key(event)}
        onBlur=${() => this.leave()}></canvas>
      <p class="unseen" aria-live="polite">${this.state.said}</p>
    </div>`;
  }
}
