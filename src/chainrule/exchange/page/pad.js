// The drawing area: mouse, pen, touch and keyboard; undo and clear.
import { element, text } from "./figures.js";
import { inkStroke, makeGrid } from "./ink.js";

const LONGER_SIDE = 280;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A drawing area for images of a shape; `onChange` receives the ink after each change. */
function makePad({ rows, columns }, onChange) {
  const scale = LONGER_SIDE / Math.max(rows, columns);
  const size = [Math.round(columns * scale), Math.round(rows * scale)];
  const strokes = [];
  let pen = 0.08 * LONGER_SIDE;
  let current = null;
  let cursor = null; // where the keyboard's pen is
  let ink = makeGrid(size[1], size[0]);
  const said = element("span", { class: "hidden", role: "status" });
  const hint = element("span", { class: "draw-hint", "aria-hidden": "true" }, text("draw_hint"));
  const canvas = element("canvas", {
    class: "pad", tabindex: "0", role: "application", "aria-label": text("draw_here"),
    width: 2 * size[0], height: 2 * size[1],
  });

  function inkAgain() {
    ink = makeGrid(size[1], size[0]);
    strokes.forEach((stroke) => inkStroke(ink, stroke));
    show();
  }

  function show() {
    drawStrokes(canvas, strokes);
    if (cursor) drawCursor(canvas, cursor, pen);
    hint.hidden = strokes.length > 0;
    undo.disabled = clear.disabled = !strokes.length;
    onChange(ink);
  }

  function begin(point) {
    current = { width: pen, points: [point] };
    strokes.push(current);
    inkStroke(ink, current);
  }

  function extend(point) {
    const before = current.points.at(-1);
    current.points.push(point);
    inkStroke(ink, { width: current.width, points: [before, point] });
  }

  const takeBack = () => { current = null; strokes.pop(); inkAgain(); };
  const takeAll = () => { current = null; strokes.length = 0; inkAgain(); };
  const undo = element("button", { type: "button", onclick: takeBack }, text("undo"));
  const clear = element("button", { type: "button", onclick: takeAll }, text("clear"));

  function pointOf(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * size[0],
      (event.clientY - box.top) / box.height * size[1]];
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    cursor = null;
    begin(pointOf(event));
    show();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!current || !canvas.hasPointerCapture(event.pointerId)) return;
    const events = event.getCoalescedEvents?.() ?? [];
    (events.length ? events : [event]).forEach((one) => extend(pointOf(one)));
    show();
  });
  const end = () => { current = null; };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("blur", () => { cursor = null; end(); show(); });
  canvas.addEventListener("keydown", (event) => {
    const undoing = event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    if (KEYS[event.key]) movePen(KEYS[event.key], event.shiftKey ? 2 : 10);
    else if (event.key === " " || event.key === "Enter") switchPen();
    else if (undoing) takeBack();
    else if (event.key === "Delete") takeAll();
    else return;
    event.preventDefault();
  });

  function movePen([right, down], step) {
    cursor ??= [size[0] / 2, size[1] / 2];
    const limit = (value, most) => Math.min(Math.max(value, 0), most);
    cursor = [limit(cursor[0] + step * right, size[0]), limit(cursor[1] + step * down, size[1])];
    if (current) extend(cursor);
    show();
  }

  function switchPen() {
    cursor ??= [size[0] / 2, size[1] / 2];
    if (current) end();
    else begin(cursor);
    said.textContent = text(current ? "pen_down" : "pen_up");
    show();
  }

  const shown = element("output", {}, "");
  const width = element("input", {
    type: "range", min: "6", max: "48", step: "1", value: String(Math.round(pen)),
    oninput: () => setPen(Number(width.value)),
  });
  function setPen(value) {
    pen = value;
    shown.textContent = text("pen_unit", { value });
  }
  setPen(Math.round(pen));
  const node = element("div", { class: "drawing" },
    element("div", { class: "pad-frame" }, canvas, hint), said,
    element("div", { class: "controls" }, undo, clear,
      element("label", { class: "pen" }, text("pen"), width, shown)),
    element("p", { class: "quiet keyboard" }, text("keyboard")));
  const draw = (lines) => {
    lines.forEach((points) => strokes.push({ width: pen, points }));
    inkAgain();
  };
  return { node, draw, show, size, ink: () => ink, strokes: () => strokes };
}

function drawStrokes(canvas, strokes) {
  const context = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  context.setTransform(2, 0, 0, 2, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = style.color;
  for (const { width, points } of strokes) {
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(...points[0]);
    points.forEach((point) => context.lineTo(...point));
    context.stroke();
  }
}

function drawCursor(canvas, [x, y], pen) {
  const context = canvas.getContext("2d");
  context.lineWidth = 1.5;
  context.strokeStyle = getComputedStyle(canvas).accentColor;
  context.beginPath();
  context.arc(x, y, pen / 2, 0, 2 * Math.PI);
  context.stroke();
}

/** A seven, as strokes in an area of a size: the page begins with it where digits are asked. */
function sevenStrokes([width, height]) {
  const at = (x, y) => [x * width, y * height];
  return [[at(0.27, 0.25), at(0.5, 0.24), at(0.72, 0.24), at(0.6, 0.42), at(0.5, 0.6), at(0.44, 0.8)]];
}

export { makePad, sevenStrokes };
