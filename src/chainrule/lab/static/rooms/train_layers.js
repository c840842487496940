// The hidden layers as bars: their tops are dragged, new ones dragged in, all by keyboard too.

import { say } from "../messages.js";
import { html, Part } from "../ui.js";

const MOST_LAYERS = 8;
const DOUBLE = 26; // pixels of dragging that double a width
const [LEAST, TALLEST] = [14, 84]; // pixels of a bar
const OUT = 40; // pixels beyond the row, from which on a layer is taken away

/** Properties: `room`, `settings`, `put`. */
export class LayerBars extends Part {
  constructor() {
    super();
    this.state = { drag: null, said: "" };
  }
  get layers() {
    const { hidden, activations } = this.props.settings;
    return hidden.map((width, at) => ({ width, activation: activations[at] }));
  }
  put(layers) {
    this.props.put({ hidden: layers.map((one) => one.width), activations: layers.map((one) => one.activation) });
  }
  clamp(width) {
    return Math.max(1, Math.min(this.props.room.most_width, Math.round(width)));
  }
  resize(at, width) {
    this.put(this.layers.map((one, k) => (k === at ? { ...one, width: this.clamp(width) } : one)));
  }
  add(at) {
    if (this.layers.length >= MOST_LAYERS) return;
    const like = this.layers[at - 1] ?? this.layers[at] ?? { width: 16, activation: "relu" };
    this.put(this.layers.toSpliced(at, 0, like));
  }
  drop(at) {
    this.put(this.layers.toSpliced(at, 1));
  }
  move(at, to) {
    if (to < 0 || to >= this.layers.length || to === at) return;
    const moved = this.layers.toSpliced(at, 1).toSpliced(to, 0, this.layers[at]);
    this.put(moved);
    requestAnimationFrame(() => this.element.querySelectorAll("[role=slider]")[to]?.focus());
  }
  key(event, at) {
    const { width } = this.layers[at];
    const step = event.shiftKey ? 10 : 1;
    const keys = {
      ArrowUp: () => this.resize(at, width + step),
      ArrowDown: () => this.resize(at, width - step),
      PageUp: () => this.resize(at, 2 * width),
      PageDown: () => this.resize(at, width / 2),
      Home: () => this.resize(at, 1),
      ArrowLeft: () => this.move(at, at - 1),
      ArrowRight: () => this.move(at, at + 1),
      Delete: () => this.drop(at),
      Insert: () => this.add(at + 1),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }
  /** Where among the bars, without the one that is dragged, a point lies. */
  placeOf(x, dragged) {
    const bars = [...this.element.querySelectorAll("[role=slider]")].filter((_, at) => at !== dragged).map((bar) => bar.getBoundingClientRect());
    const place = bars.filter((box) => x > box.left + box.width / 2).length;
    const row = this.element.querySelector(".layer-bars").getBoundingClientRect();
    return { place, isOut: x < row.left - OUT || x > row.right + OUT };
  }
  grab(event, at) {
    if (event.button) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    this.setState({ drag: { at, x: event.clientX, y: event.clientY, dx: 0, dy: 0 } });
  }
  pull(event) {
    const { drag } = this.state;
    if (drag) this.setState({ drag: { ...drag, dx: event.clientX - drag.x, dy: event.clientY - drag.y } });
  }
  release(event) {
    const { drag } = this.state;
    if (!drag) return;
    this.setState({ drag: null });
    const { place, isOut } = this.placeOf(event.clientX, drag.at);
    const isSideways = Math.abs(drag.dx) > Math.abs(drag.dy);
    if (drag.at === null) this.add(Math.hypot(drag.dx, drag.dy) < 4 ? this.layers.length : place);
    else if (isSideways && isOut) this.drop(drag.at);
    else if (isSideways && Math.abs(drag.dx) > 12) this.move(drag.at, place);
    else if (!isSideways && this.pulled(drag) !== this.layers[drag.at].width) this.resize(drag.at, this.pulled(drag));
  }
  /** The width of a layer whose top is dragged. */
  pulled(drag) {
    return this.clamp(this.layers[drag.at].width * 2 ** (-drag.dy / DOUBLE));
  }
  bar(layer, at) {
    const { room } = this.props;
    const { drag } = this.state;
    const isHeld = drag && drag.at === at;
    const isSideways = isHeld && Math.abs(drag.dx) > Math.abs(drag.dy);
    const width = isHeld && !isSideways ? this.pulled(drag) : layer.width;
    const height = LEAST + ((TALLEST - LEAST) * Math.log2(width)) / Math.log2(room.most_width);
    const enter = (event) => {
      const typed = Math.round(Number(event.target.value));
      if (typed >= 1 && typed <= room.most_width) this.resize(at, typed);
      else event.target.value = layer.width;
    };
    return html`<div class="layer-bar" key=${at} role="group" aria-label=${say("net.layer", { layer: at + 1 })}>
      <div class=${isHeld ? "stem held" : "stem"} role="slider" tabindex="0" aria-orientation="vertical" aria-label=${say("plane.width", { layer: at + 1 })}
        aria-valuemin="1" aria-valuemax=${room.most_width} aria-valuenow=${width} aria-valuetext=${say("train.layer.is", { width, activation: layer.activation })} aria-describedby="layer-hint"
        style=${{ height: `${height}px`, transform: isSideways ? `translateX(${drag.dx}px)` : null }}
        onPointerDown=${(event) => this.grab(event, at)} onPointerMove=${(event) => this.pull(event)} onPointerUp=${(event) => this.release(event)}
        onPointerCancel=${() => this.setState({ drag: null })} onKeyDown=${(event) => this.key(event, at)}></div>
      <input type="number" min="1" max=${room.most_width} value=${width} aria-label=${say("train.layer.typed", { layer: at + 1 })} onChange=${enter} />
      <select aria-label=${say("plane.activation", { layer: at + 1 })} onChange=${(event) => this.put(this.layers.map((one, k) => (k === at ? { ...one, activation: event.target.value } : one)))}>
        ${room.choices.activations.map((one) => html`<option key=${one} value=${one} selected=${one === layer.activation}>${one}</option>`)}</select>
      <button class="plain" aria-label=${say("train.layer.drop", { layer: at + 1 })} onClick=${() => this.drop(at)}>×</button>
    </div>`;
  }
  render() {
    const { layers } = this;
    const { drag } = this.state;
    const isAdding = drag && drag.at === null;
    return html`<div class="build" ref=${this.root}>
      <h2>${say("train.layers")}</h2>
      <div class="layer-bars">${layers.map((layer, at) => this.bar(layer, at))}
        <button class=${isAdding ? "new held" : "new"} disabled=${layers.length >= MOST_LAYERS} style=${{ transform: isAdding ? `translate(${drag.dx}px, ${drag.dy}px)` : null }}
          onPointerDown=${(event) => this.grab(event, null)} onPointerMove=${(event) => this.pull(event)} onPointerUp=${(event) => this.release(event)}
          onKeyDown=${(event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.add(layers.length); } }}>${say("plane.layer.add")}</button></div>
      <details class="hint"><summary>${say("train.layers.how")}</summary><p class="quiet" id="layer-hint">${say("train.layers.hint")}</p></details></div>`;
  }
}
