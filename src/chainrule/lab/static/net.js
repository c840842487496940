// The drawing of the network, the same in all rooms: numbers as colours, connections by size.

import { bitmap, greatest, signed, theme } from "./colours.js";
import { layOut, nodeAt } from "./layout.js";
import { say } from "./messages.js";
import { paintEdges, paintHeads, paintInput, paintNode } from "./paint.js";
import { NeuronTable } from "./table.js";
import { html, Part } from "./ui.js";

const SAY_AFTER = 150; // milliseconds: a cursor that runs past says nothing

/**
 * Properties: `view`, `maps` (images of the first layer's weights), `errors` (whether rims show
 * delta), `path` (connections to light up), `kind` (of the number that a neuron opens),
 * `open(address)`, `children` (controls).
 */
export class NetworkDrawing extends Part {
  constructor() {
    super();
    this.state = { width: 600, cursor: null, hover: null, said: "", table: false };
  }
  componentDidMount() {
    this.observer = new ResizeObserver(([entry]) => this.setState({ width: entry.contentRect.width }));
    this.observer.observe(this.stage);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.repaint = () => this.paint();
    this.dark.addEventListener("change", this.repaint);
    this.paint();
  }
  componentWillUnmount() {
    this.observer.disconnect();
    this.dark.removeEventListener("change", this.repaint);
  }
  componentDidUpdate() {
    this.paint();
  }
  get stage() {
    return this.element.querySelector(".stage");
  }
  get canvas() {
    return this.element.querySelector("canvas");
  }
  get height() {
    return this.state.width < 500 ? 400 : Math.max(420, Math.min(600, 0.8 * this.state.width));
  }
  paint() {
    const { view } = this.props;
    const width = this.state.width;
    const ratio = window.devicePixelRatio || 1;
    const canvas = this.canvas;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(this.height * ratio);
    canvas.style.height = `${this.height}px`;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    this.layout = layOut(view.network, width, this.height - 6);
    const brush = { context, colours: theme(), layout: this.layout, view };
    paintEdges(brush, [...rowsOf(view.arrays[view.network.edges])], view.state.direction === "backward", false);
    if (this.props.path) paintEdges(brush, this.props.path, true, true);
    paintInput(brush);
    paintHeads(brush);
    for (const node of this.layout.nodes) paintNode(brush, node, this.lookOf(node, brush.colours));
  }
  lookOf(node, colours) {
    const { view, maps, errors } = this.props;
    const layer = view.network.layers[node.layer - 1];
    const a = view.arrays[layer.a];
    const share = a[node.place] / greatest(a);
    const delta = errors ? view.arrays[`delta${node.layer}`] : null;
    const selected = view.network.selected;
    return {
      share,
      value: shorten(a[node.place]),
      fill: signed(share, colours),
      map: node.layer === 1 && maps && view.network.maps ? this.mapOf(node.place, maps, colours) : null,
      rim: delta ? delta[node.place] / greatest(delta) : 0,
      selected: selected && selected[0] === node.layer && selected[1] === node.index,
      silenced: layer.silenced.includes(node.index),
      pointed: isSame(node, this.state.hover) || isSame(node, this.state.cursor),
      name: layer.names[node.place] ?? "",
    };
  }
  mapOf(place, maps, colours) {
    const key = colours.ink;
    if (this.mapsDrawn !== maps || this.mapsTheme !== key) [this.mapsDrawn, this.mapsTheme, this.bitmaps] = [maps, key, []];
    const [, rows, columns] = maps.shape;
    const size = rows * columns;
    this.bitmaps[place] ??= bitmap(maps.subarray(place * size, (place + 1) * size), rows, columns, "signed", colours);
    return this.bitmaps[place];
  }
  describe(node) {
    if (!node) return "";
    const { view } = this.props;
    if (node.layer === 0) return `${node.name} = ${view.arrays.x[node.index].toPrecision(6)}`;
    const layer = view.network.layers[node.layer - 1];
    const address = `a[${node.layer}][${node.index}]`;
    return say("net.neuron", { index: node.index, layer: node.layer, address, text: layer.texts[node.place] });
  }
  pixelAt(x, y) {
    const input = this.layout.input;
    if (!input || input.kind !== "image") return null;
    const [rows, columns] = this.props.view.network.inputs.shape;
    const row = Math.floor((rows * (y - input.y)) / input.height);
    const column = Math.floor((columns * (x - input.x)) / input.width);
    return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : null;
  }
  point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
  hover(event) {
    const [x, y] = this.point(event);
    const node = nodeAt(this.layout, x, y);
    const pixel = node ? null : this.pixelAt(x, y);
    const text = node ? this.describe(node) : pixel === null ? "" : this.describePixel(pixel);
    this.setState({ hover: node, tip: text ? { x, y, text } : null });
  }
  describePixel(index) {
    const text = this.props.view.arrays.x[index].toPrecision(6);
    return say("net.pixel", { index, address: `a[0][${index}]`, text });
  }
  press(event) {
    const [x, y] = this.point(event);
    const node = nodeAt(this.layout, x, y);
    const pixel = this.pixelAt(x, y);
    if (node) this.choose(node);
    else if (pixel !== null) this.props.open(`a[0][${pixel}]`);
  }
  choose(node) {
    this.setState({ cursor: node });
    const kind = node.layer ? (this.props.kind ?? "a") : "a";
    this.props.open(`${kind}[${node.layer}][${node.index}]`);
  }
  key(event) {
    const nodes = this.layout.nodes;
    const at = this.state.cursor ?? nodes[0];
    const same = nodes.filter((node) => node.layer === at.layer);
    const other = (layer) => nodes.filter((node) => node.layer === layer);
    const near = (some) => some[Math.min(at.place, some.length - 1)];
    const moves = {
      ArrowUp: () => same[(at.place + same.length - 1) % same.length],
      ArrowDown: () => same[(at.place + 1) % same.length],
      ArrowLeft: () => near(other(at.layer - 1)) ?? at,
      ArrowRight: () => near(other(at.layer + 1)) ?? at,
    };
    if (event.key === "Enter") this.choose(at);
    else if (event.key === "t" || event.key === "T") this.setState({ table: !this.state.table });
    else if (moves[event.key]) this.moveTo(this.state.cursor ? moves[event.key]() : at);
    else return;
    event.preventDefault();
  }
  moveTo(node) {
    this.setState({ cursor: node });
    clearTimeout(this.saying);
    this.saying = setTimeout(() => this.setState({ said: this.describe(node) }), SAY_AFTER);
  }
  render() {
    const { view } = this.props;
    const { tip, said, table } = this.state;
    const layers = [view.network.inputs.count, ...view.network.layers.map((layer) => layer.width)].join("-");
    return html`<figure class="net" ref=${this.root}>
      <div class="stage">
        <canvas tabindex="0" role="application" aria-label=${say("net.label", { layers })} aria-describedby="net-hint"
          onPointerMove=${(event) => this.hover(event)} onPointerLeave=${() => this.setState({ hover: null, tip: null })}
          onClick=${(event) => this.press(event)} onKeyDown=${(event) => this.key(event)}
          onBlur=${() => this.setState({ cursor: null })}></canvas>
        ${tip && html`<div class="tip" style=${{ left: `${Math.min(tip.x + 12, this.state.width - 190)}px`, top: `${tip.y + 14}px` }}>${tip.text}</div>`}
      </div>
      <figcaption>
        <p class="key"><span class="swatch blue"></span>${say("net.positive")} <span class="swatch orange"></span>${say("net.negative")}</p>
        ${this.props.children}
        <button class="plain" aria-expanded=${table} onClick=${() => this.setState({ table: !table })}>${say(table ? "net.table.hide" : "net.table")}</button>
      </figcaption>
      <p class="unseen" id="net-hint">${say("net.hint")}</p>
      <p class="unseen" aria-live="polite">${said}</p>
      ${table && html`<${NeuronTable} view=${view} open=${this.props.open} />`}
    </figure>`;
  }
}

function shorten(number) {
  const size = Math.abs(number);
  if (size !== 0 && (size < 0.001 || size >= 10000)) return number.toExponential(0);
  return String(Number(number.toPrecision(size < 0.1 ? 2 : 3)));
}

function isSame(node, other) {
  return other !== null && node.layer === other.layer && node.index === other.index;
}

function* rowsOf(edges) {
  for (let at = 0; at < edges.length; at += 4) yield edges.subarray(at, at + 4);
}
