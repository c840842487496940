// Controls that several rooms use.

import { say } from "./messages.js";
import { html } from "./ui.js";

/** A number that is typed or stepped: sent when it is entered, refused in the library's words. */
export function NumberField({ label, value, step = "any", low, high, error, onEnter }) {
  const enter = (event) => {
    const number = Number(event.target.value.replace(",", "."));
    if (event.target.value.trim() !== "" && Number.isFinite(number)) onEnter(number);
  };
  return html`<label class="field"><span>${label}</span>
    <input type="number" value=${value} step=${step} min=${low} max=${high} onChange=${enter} aria-invalid=${error ? "true" : null} />
    ${error && html`<span class="error" role="alert">${error}</span>`}
  </label>`;
}

/** A slider with its number beside it. */
export function Slider({ label, value, low, high, step, text, onMove }) {
  const move = (event) => onMove(Number(event.target.value));
  return html`<label class="field slider"><span>${label}</span>
    <input type="range" min=${low} max=${high} step=${step} value=${value} onInput=${move} aria-valuetext=${text} />
    <output>${text}</output>
  </label>`;
}

/** A choice of one among a few. */
export function Choice({ label, value, options, onChoose }) {
  return html`<label class="field"><span>${label}</span>
    <select onChange=${(event) => onChoose(event.target.value)}>
      ${options.map(([key, text]) => html`<option key=${key} value=${key} selected=${String(key) === String(value)}>${text}</option>`)}
    </select></label>`;
}

/** What is wrong, in the words of the library. */
export function ErrorText({ error }) {
  return error ? html`<p class="error" role="alert">${error.text}</p>` : null;
}

/** How many connections are drawn. */
export function EdgeSlider({ view, actions }) {
  const edges = view.state.edges ?? 40;
  return html`<${Slider} label=${say("net.edges")} value=${edges} low="0" high="200" step="5" text=${edges}
    onMove=${(number) => actions.change({ edges: number }, "replace")} />`;
}
