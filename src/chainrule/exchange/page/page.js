// The page: what is asked, what the network computes, and the number that is opened.
import { makeExplanation } from "./explanation.js";
import { element, formatNumber, greyColour, makePicture, readColours, text } from "./figures.js";
import { makeForm } from "./form.js";
import { prepareDrawing, storeImage } from "./ink.js";
import { makeLesson } from "./lesson.js";
import { makeAnswers, makeHiddenLayers, makeLines } from "./network_view.js";
import { makePad, sevenStrokes } from "./pad.js";

const network = globalThis.chainrule;
const { layers, columns, features, classes, outputs } = network;
const [image, drawing] = [PAGE.image, PAGE.drawing];
const state = { row: null, trace: null, kept: null, pointed: null, isPicked: false };

const names = {
  title: ({ layer, neuron }) => layer === layers.length
    ? text("why", { name: outputs[neuron] }) : text("neuron", { layer, place: neuron }),
  input: (i) => {
    if (network.inputNames.length) return network.inputNames[i];
    if (!image) return text("input", { place: i + 1 });
    const pixel = Math.floor(i / image.channels);
    const [row, column] = [Math.floor(pixel / image.columns), pixel % image.columns];
    return text(image.channels > 1 ? "pixel_channel" : "pixel", { row, column, channel: i % image.channels });
  },
};

/** Open a neuron: for as long as it is pointed at, or until another is. */
function point(place, stays) {
  state.pointed = stays ? null : place && { ...place };
  if (stays) Object.assign(state, { kept: { ...place }, isPicked: true });
  showOpened();
}

const answer = element("p", { class: "said" });
const certainty = element("p", { class: "quiet certainty" });
const announced = element("p", { class: "hidden", role: "status" });
const hidden = makeHiddenLayers(layers, image, point);
const answers = makeAnswers(layers, network, point);
const explanation = makeExplanation(network, image, names, (place) => point(place, true));
const lesson = makeLesson(network, image, names, () => showOpened());
const frame = element("div", { class: "frame" });
const question = image ? makeDrawing() : makeRow();
const anchor = (layer, neuron) => {
  if (layer === 0) return question.anchors[features[neuron]?.column ?? neuron];
  return layer === layers.length ? answers.anchor(neuron) : hidden.anchor(layer, neuron);
};
const lines = makeLines(frame, layers, anchor);

function makeDrawing() {
  const seen = makePicture(text("seen_image"), seenCaption(), greyColour);
  const read = (ink) => {
    const light = prepareDrawing(ink, drawing);
    seen.node.hidden = !light;
    if (light) seen.update(light.data, { rows: image.rows, columns: image.columns });
    ask(light && storeImage(light, drawing.storage));
  };
  const pad = makePad(image, soon(read));
  const begin = () => {
    pad.show();
    const digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    if (classes.join() === digits.join()) pad.draw(sevenStrokes(pad.size));
  };
  PAGE.pad = pad;
  return { nodes: [pad.node, seen.node], anchors: [], begin, title: text("question_image") };
}

function seenCaption() {
  const { placing, shape } = drawing;
  if (!placing) return text("seen_scaled", shape);
  const [row, column] = placing.centre;
  const side = Math.min(shape.rows, shape.columns);
  const caption = text("seen_placed", { box: placing.box, side, row, column });
  const stroke = placing.stroke && formatNumber(placing.stroke, 2);
  return stroke ? `${caption} ${text("seen_stroke", { stroke })}` : caption;
}

function makeRow() {
  const plain = Array.from({ length: layers[0].inputs }, (_, k) => ({
    name: text("input", { place: k + 1 }), kind: "number", low: null, high: null, marks: [],
    storage: "", required: true,
  }));
  const change = (cells) => ask(columns.length || !cells ? cells : cells.map(Number));
  const form = makeForm(columns.length ? columns : plain, features, soon(change));
  const hint = columns.length ? null : element("p", { class: "quiet" }, text("paste_hint"));
  return {
    nodes: [hint, form.node].filter(Boolean), anchors: form.anchors, begin: form.tell,
    title: text(columns.length ? "question_row" : "question_numbers"),
  };
}

/** A function that is called once before the next picture, with what was given last. */
function soon(call) {
  let given = null;
  return (...values) => {
    if (!given) requestAnimationFrame(() => { const latest = given; given = null; call(...latest); });
    given = values;
  };
}

/** Compute everything for a row; null if there is none. */
function ask(row) {
  state.row = row;
  state.trace = row ? network.trace(row) : null;
  const values = state.trace && network.restore(state.trace.at(-1).a);
  if (values && !state.isPicked) state.kept = { layer: layers.length, neuron: mostLikely(values) };
  hidden.update(state.trace);
  answers.update(values);
  lesson.suggest(values);
  showAnswer(values);
  showOpened();
}

const mostLikely = (values) => (classes.length && values.length > 1 ? network.classPlace(values) : 0);

let announcing = 0;

function showAnswer(values) {
  clearTimeout(announcing);
  if (!values) {
    answer.textContent = "–";
    certainty.textContent = text(image ? "answer_none" : "answer_wrong");
    return;
  }
  const best = mostLikely(values);
  const shown = answers.format(values[best]);
  const said = classes.length ? classes[network.classPlace(values)] : shown;
  answer.textContent = said;
  if (!classes.length) certainty.textContent = outputs[best];
  else if (values.length === 1) certainty.textContent = text("threshold", { first: classes[0], second: classes[1] });
  else certainty.textContent = text(layers.at(-1).activation === "softmax" ? "certainty" : "output_certainty", { value: shown });
  announcing = setTimeout(() => {
    announced.textContent = text("answer_said", { answer: said, value: shown });
  }, 600);
}

let marked = null;

function showOpened() {
  const opened = state.pointed ?? state.kept;
  const deltas = lesson.update(state.trace);
  explanation.update(state.trace, opened, deltas, lesson.target());
  marked?.classList.remove("open");
  marked = (opened && anchor(opened.layer, opened.neuron)) ?? null;
  marked?.classList.add("open");
  lines.update(state.trace, opened);
}

function build() {
  const widths = [layers[0].inputs, ...layers.map((layer) => layer.outputs)].join("-");
  const weights = layers.reduce((sum, { W, b }) => sum + W.length + (b ? b.length : 0), 0);
  const kinds = [...new Set(layers.map((layer) => layer.activation))].join(", ");
  const title = PAGE.title || text(image ? "title_image" : "title_row");
  const test = network.selfTest();
  const values = { rows: test.rows, difference: formatNumber(test.difference, 2) };
  const section = (id, heading, ...nodes) => element("section", { class: `panel ${id}-panel`, "aria-labelledby": id },
    element("h2", { id }, heading), ...nodes);
  const more = outputs.length > 12
    ? element("p", { class: "quiet" }, text("more_outputs", { shown: 12, count: outputs.length })) : null;
  const inside = hidden.nodes.length ? hidden.nodes : [element("p", { class: "quiet" }, text("no_hidden"))];
  frame.append(
    section("question", question.title, ...question.nodes),
    section("network", text("network"), ...inside, element("p", { class: "quiet" }, text("hover"))),
    section("answers", text("answer"), element("div", { class: "result" }, answer, certainty), announced,
      answers.node, ...(more ? [more] : [])),
  );
  document.title = title;
  document.body.replaceChildren(
    element("header", {}, element("h1", {}, title),
      element("p", { class: "quiet" }, text("subtitle", { shape: widths, activations: kinds, weights: weights.toLocaleString("en") }))),
    element("main", {}, frame, explanation.node, lesson.node),
    element("footer", {}, element("h2", {}, text("proof")),
      element("p", { class: test.passed ? "" : "warning" }, text(test.passed ? "self_test" : "self_test_failed", values)),
      element("p", {}, network.proof), element("p", {}, text("precision", { dtype: PAGE.dtype })),
      element("p", {}, text("footer"))));
}

readColours();
hidden.repaint();
build();
question.begin();
const redraw = () => {
  readColours();
  hidden.repaint();
  if (image) PAGE.pad.show();
  ask(state.row);
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
new ResizeObserver(() => lines.update(state.trace, state.pointed ?? state.kept)).observe(frame);
globalThis.chainrulePage = { state, ask, pad: PAGE.pad };
