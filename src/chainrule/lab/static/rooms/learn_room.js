// Learn: a chapter to read, whose numbers open, and an exercise that is marked while one works.

import { Choice, ErrorText } from "../controls.js";
import { Formula } from "../formula.js";
import { say } from "../messages.js";
import { html } from "../ui.js";

/** @param {{view: object, actions: object}} properties */
export function LearnRoom({ view, actions }) {
  const { lesson } = view;
  if (!lesson) return html`<div class="columns"><section class="card"><${ErrorText} error=${view.error} /></section></div>`;
  return html`<div class="columns learn">
    <article class="card wide chapter">
      <${ChapterChoice} lesson=${lesson} actions=${actions} />
      <h2>${lesson.number}. ${lesson.title}</h2>
      ${lesson.blocks.map((block, at) => html`<${Block} key=${`${lesson.number}.${at}`} block=${block} chapter=${lesson.number} open=${actions.open} />`)}
      <${Exercise} exercise=${lesson.exercise} actions=${actions} />
      <${Turn} lesson=${lesson} actions=${actions} />
    </article>
  </div>`;
}

function go(actions, chapter) {
  actions.change({ chapter: chapter === 1 ? undefined : chapter, answers: undefined, select: undefined });
  window.scrollTo({ top: 0 });
}

function ChapterChoice({ lesson, actions }) {
  return html`<${Choice} label=${say("learn.chapter")} value=${lesson.number} options=${lesson.titles.map((title, at) => [at + 1, `${at + 1}. ${title}`])}
    onChoose=${(chapter) => go(actions, Number(chapter))} />`;
}

function Turn({ lesson, actions }) {
  const { number, titles } = lesson;
  const button = (to, key) => titles[to - 1] && html`<button onClick=${() => go(actions, to)}>${say(key, { title: `${to}. ${titles[to - 1]}` })}</button>`;
  return html`<nav class="tools" aria-label=${say("learn.turn")}>${button(number - 1, "learn.previous")}${button(number + 1, "learn.next")}</nav>`;
}

function Block({ block, chapter, open }) {
  switch (block.kind) {
    case "heading":
      return html`<h3><${Parts} parts=${block.parts} open=${open} /></h3>`;
    case "paragraph":
      return html`<p><${Parts} parts=${block.parts} open=${open} /></p>`;
    case "formula":
      return html`<p class="display"><${Formula} markup=${block.markup} open=${open} /></p>`;
    case "code":
      return html`<pre class="scroll" tabindex="0">${block.lines.map((line, at) => html`<code key=${at}><${Parts} parts=${line} open=${open} />${"\n"}</code>`)}</pre>`;
    case "table":
      return html`<${TextTable} rows=${block.rows} open=${open} />`;
    default:
      return html`<img src=${`picture/${chapter}`} alt=${block.text} />`;
  }
}

function TextTable({ rows, open }) {
  const [head, ...body] = rows;
  const cell = (parts) => html`<${Parts} parts=${parts} open=${open} />`;
  return html`<div class="scroll" tabindex="0"><table><thead><tr>${head.map((parts, at) => html`<th key=${at} scope="col">${cell(parts)}</th>`)}</tr></thead>
    <tbody>${body.map((row, at) => html`<tr key=${at}>${row.map((parts, place) => (place ? html`<td key=${place}>${cell(parts)}</td>` : html`<th key=${place} scope="row">${cell(parts)}</th>`))}</tr>`)}</tbody></table></div>`;
}

function Parts({ parts, open }) {
  return parts.map((part, at) => {
    switch (part.kind) {
      case "address":
        return html`<button key=${at} class="number" onClick=${() => open(part.to)}>${part.text}</button>`;
      case "code":
        return html`<code key=${at}>${part.text}</code>`;
      case "strong":
        return html`<strong key=${at}>${part.text}</strong>`;
      case "em":
        return html`<em key=${at}>${part.text}</em>`;
      case "math":
        return html`<${Formula} key=${at} markup=${part.markup} open=${open} />`;
      default: // links lead to other pages of the documentation, which are not here
        return part.text;
    }
  });
}

function Exercise({ exercise, actions }) {
  const { questions, title } = exercise;
  const put = (at, text) => {
    const answers = questions.map((one, place) => (place === at ? text.trim() : one.answer));
    actions.change({ answers: answers.some(Boolean) ? answers : undefined });
  };
  return html`<section class="exercise" aria-label=${title}>
    ${questions.map((one, at) => html`<div class="question" key=${one.quantity}>
      <label class="field"><span><code>${one.quantity}</code> =</span>
        <input value=${one.answer} maxlength="80" spellcheck=${false} autocomplete="off" inputmode="text" aria-invalid=${one.error || one.verdicts.some((verdict) => !verdict.right) ? "true" : null}
          onChange=${(event) => put(at, event.target.value.replaceAll("|", ""))} /></label>
      ${one.error && html`<p class="error" role="alert">${one.error}</p>`}
      ${one.verdicts.map((verdict) => html`<p key=${verdict.quantity} class=${verdict.right ? "claim-right" : "claim-wrong"}>
        <span aria-hidden="true">${verdict.right ? "✓" : "✗"}</span> <code>${verdict.quantity}</code>: ${verdict.printed} ${verdict.sentence}.${verdict.slip && html` <strong>${verdict.slip}</strong>`}</p>`)}
    </div>`)}
    <p role="status">${say("learn.marks", { marks: exercise.marks, of: exercise.out_of })}</p>
  </section>`;
}
