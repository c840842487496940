// Formulas: MathML that Python wrote, read strictly and built as elements; nothing else gets in.
// Factors are pointed at here; by keyboard they are chosen from the list beside the formula.

import { html, Part } from "./ui.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";
const ELEMENTS = new Set([
  "math", "mrow", "mi", "mn", "mo", "mtext", "mfrac", "msup", "msub", "msubsup", "msqrt", "mover", "munder", "munderover", "mspace",
  "mtable", "mtr", "mtd",
]);
const ATTRIBUTES = new Set(["displaystyle", "form", "stretchy", "rspace", "accent", "width", "data-to"]);

/**
 * Build the elements of a formula.
 * @param {string} markup one `math` element
 * @param {(address: string) => void} open called when a factor is chosen
 * @returns {Element}
 */
export function buildFormula(markup, open) {
  const parsed = new DOMParser().parseFromString(markup, "application/xml");
  const root = parsed.documentElement;
  if (root.nodeName !== "math") throw new Error("no formula");
  return build(root, open);
}

function build(source, open) {
  if (!ELEMENTS.has(source.nodeName)) throw new Error(`no element of a formula: ${source.nodeName}`);
  const element = document.createElementNS(MATHML, source.nodeName);
  for (const { name, value } of source.attributes) {
    if (!ATTRIBUTES.has(name)) throw new Error(`no attribute of a formula: ${name}`);
    element.setAttribute(name, value);
  }
  for (const child of source.childNodes) {
    element.append(child.nodeType === Node.TEXT_NODE ? child.data : build(child, open));
  }
  const address = element.getAttribute("data-to");
  if (address) {
    element.classList.add("to");
    element.setAttribute("title", address);
    element.addEventListener("click", () => open(address));
  }
  return element;
}

/** A formula: `markup` of Python, `open` as for `buildFormula`. */
export class Formula extends Part {
  componentDidMount() {
    this.draw();
  }
  componentDidUpdate(before) {
    if (before.markup !== this.props.markup) this.draw();
  }
  draw() {
    this.element.replaceChildren(buildFormula(this.props.markup, this.props.open));
  }
  render() {
    return html`<span class="formula" ref=${this.root}></span>`;
  }
}
