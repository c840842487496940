// A chart of a study: lines, bands and dots over one axis, with the table behind it.

import { ticks } from "./descent_picture.js";
import { PlainTable, TabledFigure } from "./figure.js";
import { html } from "./ui.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [560, 280, 50, 42, 10, 14];

/** Properties: `chart` and `arrays` of a view, `title`, `legend` (words before the names in their colours) or `note`, `choose(series)`, `children`. */
export function StudyChart({ chart, arrays, title, legend, note, choose, children }) {
  const series = chart.series.map((one) => ({ ...one, points: rows(arrays[one.array]) }));
  const [low, high] = range(series, chart.factor);
  const x = (share) => LEFT + (0.02 + 0.96 * share) * (WIDTH - LEFT - RIGHT);
  const y = (value) => TOP + ((high - chart.factor * value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const place = { x, y };
  return html`<${TabledFigure} title=${title} table=${() => html`<${PlainTable} heads=${chart.table.heads} rows=${chart.table.rows} />`} kind="study-chart">
    <div class="scroll" tabindex="0" role="group" aria-label=${title}><svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${`${title}: ${chart.upward} / ${chart.across}`}>
      <g class="axes"><rect x=${LEFT} y=${TOP} width=${WIDTH - LEFT - RIGHT} height=${HEIGHT - TOP - BOTTOM} />
        ${chart.ticks.map(({ at, text }) => html`<line key=${text} x1=${x(at)} x2=${x(at)} y1=${HEIGHT - BOTTOM} y2=${HEIGHT - BOTTOM + 4} /><text x=${x(at)} y=${HEIGHT - BOTTOM + 17} text-anchor="middle">${text}</text>`)}
        ${ticks(low, high).map((one) => html`<line key=${one} x1=${LEFT - 4} x2=${LEFT} y1=${y(one / chart.factor)} y2=${y(one / chart.factor)} /><text x=${LEFT - 8} y=${y(one / chart.factor) + 4} text-anchor="end">${one}</text>`)}
        <text class="name" x=${(LEFT + WIDTH) / 2} y=${HEIGHT - 4} text-anchor="middle">${chart.across}</text></g>
      ${series.filter((one) => one.kind === "band").map((one) => html`<polygon key=${one.array} class="band" points=${bandPoints(one.points, place)} style=${{ fill: colour(one) }} />`)}
      ${series.map((one) => draw(one, place, choose))}
    </svg></div>
    ${legend && html`<p class="legend quiet">${chart.upward} · ${legend} ${unique(chart.series).map((one) => html`<span key=${one.name}><span class="chip" style=${{ background: colour(one) }}></span>${choose ? html`<button class="plain" aria-pressed=${one.chosen} title=${one.words} onClick=${() => choose(one)}>${one.name}</button>` : one.name}</span>`)}</p>`}
    ${note && html`<p class="quiet">${chart.upward} · ${note}</p>`}
    ${children}
  </${TabledFigure}>`;
}

/** From orange for the first to blue for the last, through what lies between. */
function colour(series) {
  return `color-mix(in oklab, var(--blue) ${Math.round(100 * series.share)}%, var(--orange))`;
}

function rows(numbers) {
  const width = numbers.shape[1];
  return [...Array(numbers.shape[0]).keys()].map((at) => Array.from(numbers.subarray(width * at, width * (at + 1))));
}

function range(series, factor) {
  const values = series.flatMap((one) => one.points.flatMap((row) => row.slice(1))).filter(Number.isFinite);
  const [low, high] = [factor * Math.min(...values), factor * Math.max(...values)];
  const room = 0.05 * (high - low) || Math.abs(high) || 1;
  return [low - room, high + room];
}

function draw(one, { x, y }, choose) {
  const finite = one.points.filter((row) => Number.isFinite(row[1]));
  const title = html`<title>${one.words ?? one.name}</title>`;
  const style = one.kind === "dots" ? { fill: colour(one) } : { stroke: colour(one) };
  const isDots = one.kind === "dots" || finite.length === 1;
  if (isDots) return html`<g key=${one.array} class="dots" style=${{ fill: colour(one) }}>${finite.map(([share, value], at) => html`<circle key=${at} cx=${x(share)} cy=${y(value)} r=${one.kind === "dots" ? 2.6 : 4} />`)}${title}</g>`;
  const points = finite.map(([share, value]) => `${x(share).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  return html`<polyline key=${one.array} class=${one.chosen ? "line chosen" : "line"} points=${points} style=${style} onClick=${choose && (() => choose(one))}>${title}</polyline>`;
}

function bandPoints(points, { x, y }) {
  const finite = points.filter((row) => row.every(Number.isFinite));
  const ends = (at) => finite.map((row) => `${x(row[0]).toFixed(1)},${y(row[at]).toFixed(1)}`);
  return [...ends(3), ...ends(2).reverse()].join(" ");
}

function unique(series) {
  return [...new Map(series.map((one) => [one.name, one])).values()].sort((one, other) => one.share - other.share);
}
