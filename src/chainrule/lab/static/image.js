// An image of numbers: each pixel is a number that can be opened where it has an address.

import { bitmap, theme } from "./colours.js";
import { html, Part } from "./ui.js";

/**
 * Draws an array of a view.
 *
 * Properties: `numbers` (Float32Array), `rows`, `columns`, `kind` ("signed" or "ink"), `label` (empty where what is around it has a name);
 * `open(index)` if its pixels can be opened; `scale` where several images share one.
 */
export class NumberImage extends Part {
  componentDidMount() {
    this.draw();
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.draw();
    this.dark.addEventListener("change", this.redraw);
  }
  componentWillUnmount() {
    this.dark.removeEventListener("change", this.redraw);
  }
  componentDidUpdate(before) {
    if (before.numbers !== this.props.numbers || before.scale !== this.props.scale) this.draw();
  }
  draw() {
    const { numbers, rows, columns, kind = "ink", scale } = this.props;
    const canvas = this.element;
    const context = canvas.getContext("2d");
    canvas.width = columns;
    canvas.height = rows;
    context.clearRect(0, 0, columns, rows);
    context.drawImage(bitmap(numbers, rows, columns, kind, theme(), scale), 0, 0);
  }
  index(event) {
    const { rows, columns } = this.props;
    const box = this.element.getBoundingClientRect();
    const row = Math.floor((rows * (event.clientY - box.top)) / box.height);
    const column = Math.floor((columns * (event.clientX - box.left)) / box.width);
    return Math.min(rows - 1, Math.max(0, row)) * columns + Math.min(columns - 1, Math.max(0, column));
  }
  render() {
    const { label, open } = this.props;
    return html`<canvas class="image" ref=${this.root} role=${label ? "img" : null} aria-hidden=${label ? null : "true"} aria-label=${label || null} title=${label}
      data-opens=${open ? "yes" : null} onClick=${open && ((event) => open(this.index(event)))}></canvas>`;
  }
}
