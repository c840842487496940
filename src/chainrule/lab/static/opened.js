// The opened number: address, formula with figures, largest terms, proof.

import { Formula } from "./formula.js";
import { say } from "./messages.js";
import { html } from "./ui.js";

/** @param {{view: object, proof: object | null, actions: object}} properties */
export function OpenedNumber({ view, proof, actions }) {
  const opened = view.opened;
  if (!opened) {
    return html`<aside class="opened none" aria-label=${say("opened.none")}><p class="quiet">${say("opened.none")}</p></aside>`;
  }
  const full = view.state.digits === 17;
  return html`<aside class="opened" aria-label=${opened.name}>
    <div class="what">
      <h2><code>${opened.full_address}</code> <span class="value">${opened.text}</span></h2>
      <p>${opened.name}${opened.equation && html` <span class="id">[${opened.equation}]</span>`}</p>
      <div class="tools">
        <button aria-pressed=${full} onClick=${() => actions.change({ digits: full ? undefined : 17 })}>${say(full ? "opened.short" : "opened.full")}</button>
        ${opened.provable && html`<button onClick=${() => actions.prove(false)}>${say("opened.proof")}</button>`}
        <button onClick=${() => actions.change({ select: undefined })}>${say("opened.close")}</button>
      </div>
    </div>
    <div class="work">
      ${opened.made !== "formula" && html`<p class="quiet">${say(opened.made === "given" ? "opened.given" : "opened.otherwise")}</p>`}
      ${opened.lines.map((line, at) => html`<div class=${`line ${line.kind}`} key=${at}>
        <span class="left">${at === 0 ? html`<${Formula} markup=${opened.symbol} open=${actions.open} />` : ""}</span>
        <span class="sign">=</span>
        <span class="right">${line.parts.map((part) => html`<${Formula} markup=${part} open=${actions.open} />`)}
          ${line.conditions.map((one) => html` <span class="when"><${Formula} markup=${one} open=${actions.open} /></span>`)}</span>
      </div>`)}
      ${opened.terms.length <= 1 && opened.factors.length > 0 && html`<p class="made">${say("opened.factors")} ${opened.factors.map((one) => html`
        <button class="number" key=${one.address} title=${one.text} onClick=${() => actions.open(one.address)}>${one.name}</button>`)}</p>`}
    </div>
    ${opened.terms.length > 1 && html`<${Terms} terms=${opened.terms} open=${actions.open} />`}
    ${proof && html`<${Proof} proof=${proof} actions=${actions} />`}
  </aside>`;
}

function Terms({ terms, open }) {
  const most = terms[0].fraction || 1;
  return html`<div class="terms"><h3>${say("opened.terms")}</h3><table><tbody>${terms.map((term, at) => html`
    <tr key=${at}>
      <td class="factors">${term.factors.map((factor, place) => html`${place ? " · " : ""}<button class="number" title=${factor.text} onClick=${() => open(factor.address)}>${factor.name}</button>`)}</td>
      <td class="right">${term.text}</td>
      <td><span class=${`bar ${term.value < 0 ? "orange" : "blue"}`} style=${{ width: `${Math.round((64 * term.fraction) / most)}px` }}></span></td>
    </tr>`)}</tbody></table></div>`;
}

function Proof({ proof, actions }) {
  if (proof.waiting) return html`<div class="proof" aria-busy="true"><p class="quiet">${say("waiting")}</p></div>`;
  const verdict = (one) => one.holds === null ? one.reason || say("proof.unknown") : say(one.holds ? "proof.holds" : "proof.differs");
  return html`<div class="proof"><h3>${say("opened.proof.title")}</h3><table>
    <thead><tr><th scope="col">${say("proof.method")}</th><th scope="col">${say("proof.found")}</th><th scope="col">${say("proof.verdict")}</th></tr></thead>
    <tbody>${proof.methods.map((one) => html`<tr key=${one.method} class=${one.holds === false ? "differs" : one.holds ? "holds" : ""}>
      <th scope="row">${one.method}</th><td class="right">${one.found === null ? "–" : one.found.toPrecision(12)}</td><td>${verdict(one)}</td></tr>`)}</tbody>
  </table>${!proof.peers && html`<button class="plain" onClick=${() => actions.prove(true)}>${say("opened.peers")}</button>`}</div>`;
}
