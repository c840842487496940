// A picture with its table behind it: a button or the key T shows it.

import { say } from "./messages.js";
import { html, Part } from "./ui.js";

/** Properties: `title`; `table`, a function that returns the table's rows as elements; `children`, the picture. */
export class TabledFigure extends Part {
  constructor() {
    super();
    this.state = { table: false };
  }
  toggle() {
    this.setState({ table: !this.state.table });
  }
  key(event) {
    const isField = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (isField || event.ctrlKey || event.metaKey || event.key.toLowerCase() !== "t") return;
    event.preventDefault();
    this.toggle();
  }
  render() {
    const { title, table, children, kind = "" } = this.props;
    const isOpen = this.state.table;
    return html`<figure class=${`tabled ${kind}`} ref=${this.root} onKeyDown=${(event) => this.key(event)}>
      <figcaption><h3>${title}</h3>
        <button class="plain" aria-expanded=${isOpen} aria-label=${`${say(isOpen ? "net.table.hide" : "net.table")}: ${title}`} onClick=${() => this.toggle()}>${say(isOpen ? "net.table.hide" : "net.table")}</button></figcaption>
      ${children}
      ${isOpen && html`<div class="scroll rows" tabindex="0" role="group" aria-label=${title}>${table()}</div>`}
    </figure>`;
  }
}

/** A table by its heads and rows; a row has a name, which is its head, and cells. */
export function PlainTable({ heads, rows }) {
  return html`<table><thead><tr>${heads.map((head, at) => html`<th scope="col" key=${at}>${head}</th>`)}</tr></thead>
    <tbody>${rows.map(([name, ...cells], at) => html`<tr key=${at}><th scope="row">${name}</th>${cells.map((cell, place) => html`<td key=${place}>${cell}</td>`)}</tr>`)}</tbody></table>`;
}
