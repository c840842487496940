// Tables: what stands behind each picture, each number a button that opens it.

import { say } from "./messages.js";
import { html } from "./ui.js";

/** A number that can be opened. */
export function OpenButton({ address, text, selected, open }) {
  return html`<button class="number" aria-pressed=${selected === address} title=${address} onClick=${() => open(address)}>${text}</button>`;
}

/** The activations of all neurons that are drawn. */
export function NeuronTable({ view, open }) {
  const rows = view.network.layers.flatMap((layer) => layer.drawn.map((index, at) => {
    const address = `a[${layer.layer}][${index}]`;
    return html`<tr key=${address}>
      <th scope="row">${say("net.layer", { layer: layer.layer })}, ${index}${layer.names[at] ? ` (${layer.names[at]})` : ""}</th>
      <td><${OpenButton} address=${address} text=${layer.texts[at]} selected=${view.state.select} open=${open} /></td>
    </tr>`;
  }));
  return html`<div class="scroll"><table><thead><tr><th scope="col">${say("look.neuron")}</th><th scope="col">${say("kind.a")}</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** A table of cells of a view: a row has a name, and numbers that can be opened. */
export function CellTable({ caption, head, rows, kinds, selected, open }) {
  return html`<div class="scroll"><table>
    ${caption && html`<caption>${caption}</caption>`}
    <thead><tr><th scope="col">${head}</th>${kinds.map((kind) => html`<th scope="col" key=${kind}>${kind}</th>`)}</tr></thead>
    <tbody>${rows.map(([name, cells]) => html`<tr key=${name}>
      <th scope="row">${name}</th>
      ${cells.map((cell) => html`<td key=${cell.address}><${OpenButton} address=${cell.address} text=${cell.text} selected=${selected} open=${open} /></td>`)}
    </tr>`)}</tbody>
  </table></div>`;
}
