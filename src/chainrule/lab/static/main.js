// Router and state: the page is a function of what the server shows of one state.

import { fetchJson, fetchView, sendPhoto } from "./server.js";
import { say } from "./messages.js";
import { OpenedNumber } from "./opened.js";
import { CompareRoom } from "./rooms/compare_room.js";
import { DescendRoom } from "./rooms/descent_room.js";
import { DrawRoom } from "./rooms/draw.js";
import { LearnRoom } from "./rooms/learn_room.js";
import { LookRoom } from "./rooms/look.js";
import { PiecesRoom } from "./rooms/pieces_room.js";
import { PlaneRoom } from "./rooms/plane.js";
import { StudiesRoom } from "./rooms/studies_room.js";
import { TrainRoom } from "./rooms/train_room.js";
import { TrialNote, TrialProgress } from "./trial_progress.js";
import { html, render } from "./ui.js";

const ROOMS = {
  draw: DrawRoom, train: TrainRoom, look: LookRoom, plane: PlaneRoom, descend: DescendRoom, approximate: PiecesRoom,
  studies: StudiesRoom, compare: CompareRoom, learn: LearnRoom,
};
const OWN_SUBJECT = ["plane", "train", "descend", "approximate", "studies", "learn"]; // rooms that show another network, or none
const BUSY_AFTER = 300; // milliseconds without an answer, from which on the page says so
const STEP_PARTS = ["ink", "photo", "inputs", "digit", "example", "target", "step", "edits", "silenced", "trial", "network"];
const TRIAL_ROOMS = ["draw", "look", "compare"]; // where a trial's network can take the place of the lab's own

const NO_EXAMPLE = { ink: undefined, example: undefined, inputs: undefined, digit: undefined, step: undefined, target: undefined };

/** What is on the page; only `update` changes it. */
let page = {
  view: null, maps: null, mapsDigest: "", accuracy: null, proof: null, failure: "", copied: false,
  busy: false,
};
let asked = null; // the request under way
let next = null; // the latest one that waits for it
let received = null; // the state of the latest view, with what was opened
let measured = ""; // the edits by which accuracy was asked for

function update(changes) {
  page = { ...page, ...changes };
  render(html`<${Lab} page=${page} />`, document.getElementById("lab"));
}

/**
 * Ask for a view; of requests that wait, only the latest is sent.
 * @param {object} body @param {"push" | "replace" | "keep"} history
 */
async function show(body, history) {
  if (asked) {
    next = [body, next && next[1] === "push" ? "push" : history];
    return;
  }
  asked = body;
  const slow = setTimeout(() => update({ busy: true }), BUSY_AFTER);
  try {
    const view = await fetchView({ ...body, maps: page.mapsDigest });
    receive(view, history);
  } catch (error) {
    const view = received ? { ...page.view, state: received.own } : page.view; // what is refused is not kept
    update({ failure: error.message, view });
    // A link that means nothing leads to the beginning, and says so.
    if (!page.view && body.address) next = [{ note: error.message }, "replace"];
  }
  clearTimeout(slow);
  if (page.busy) update({ busy: false });
  asked = null;
  if (next) {
    const [body, history] = next;
    next = null;
    show(body, history);
  }
}

function receive(view, history) {
  const own = view.state;
  if (next && next[0].state) view.state = next[0].state; // what was changed since counts more
  const hash = `#${view.address}`;
  if (history === "push" && location.hash !== hash) window.history.pushState(depth() + 1, "", hash);
  const isOvertaken = asked.address && asked.address !== location.hash.slice(1);
  if (history === "replace" && !isOvertaken) window.history.replaceState(depth(), "", hash);
  const changes = { view, failure: asked.note ?? "", copied: false };
  if (view.network && view.arrays.maps) {
    changes.maps = view.arrays.maps;
    changes.mapsDigest = view.network.maps;
  }
  const now = { own, state: view.state, address: view.opened && view.opened.full_address };
  const isSame = received && received.address === now.address && !stepChanged(received.state, now.state);
  if (!isSame) changes.proof = null;
  received = now;
  update(changes);
  const { trial } = view.state;
  if (trial && !(view.trial && view.trial.trained)) return; // nothing to be measured yet
  const key = JSON.stringify(measuredPart(view.state));
  if (key !== measured) measure(view.state);
  measured = key;
}

/** How many changes of this visit can be undone. */
function depth() {
  return Number(window.history.state) || 0;
}

function stepChanged(one, other) {
  return STEP_PARTS.some((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
}

/** What of the state decides how often the network is right. */
function measuredPart({ edits = [], silenced = [], trial = "", network, train }) {
  return { version: 1, edits, silenced, trial, ...(network ? { network, train: train ?? {} } : {}) };
}

async function measure(state) {
  try {
    const found = await fetchJson("accuracy", { state: measuredPart(state) });
    update({ accuracy: found.accuracy });
  } catch {
    update({ accuracy: null });
  }
}

/** What rooms may do: everything that a visitor changes is a change of the state. */
export const actions = {
  /**
   * @param {object} changes of the state @param {"push" | "replace" | "keep"} [history]
   * @param {object} [hint] what else the server may know, such as that frame after frame is asked for
   */
  change(changes, history = "push", hint = {}) {
    const state = { ...page.view.state, ...changes };
    for (const [name, value] of Object.entries(state)) if (value === undefined) delete state[name];
    update({ view: { ...page.view, state } }); // the next change builds on it before the answer is here
    show({ state, ...hint }, history);
  },
  /** @param {string} address of a number */
  open(address) {
    actions.change({ select: address });
  },
  /** Whether an answer is waited for. */
  isAsking() {
    return asked !== null;
  },
  /** @param {Blob} file that is looked at in place of a drawing */
  async photo(file) {
    try {
      actions.change({ photo: await sendPhoto(file), ...NO_EXAMPLE });
    } catch (error) {
      update({ failure: error.message });
    }
  },
  undo() {
    if (depth()) window.history.back();
  },
  async prove(peers) {
    update({ proof: { waiting: true, methods: [] } });
    try {
      const found = await fetchJson("proof", { state: page.view.state, peers });
      update({ proof: { waiting: false, methods: found.methods, peers } });
    } catch (error) {
      update({ proof: null, failure: error.message });
    }
  },
  async share() {
    try {
      await navigator.clipboard.writeText(location.href);
      update({ copied: true });
    } catch {
      update({ failure: location.href });
    }
  },
};

function Head({ page }) {
  const { view, accuracy } = page;
  const here = view.state.room ?? "draw";
  const subjectOf = (name) => OWN_SUBJECT.find((one) => one === name);
  const selectIn = (name) => (subjectOf(name) === subjectOf(here) ? view.state.select : undefined); // else it is of another network
  const rooms = view.subject.rooms.map((name) => html`
    <button key=${name} aria-current=${here === name ? "page" : null}
      onClick=${() => actions.change({ room: name, select: selectIn(name) })}>${say(`room.${name}`)}</button>`);
  const percent = (share) => (100 * share).toFixed(1);
  const isMeasured = accuracy && !OWN_SUBJECT.includes(here) && !(view.trial && !view.trial.trained);
  return html`<header class="head">
    <h1>chainrule</h1>
    <nav aria-label="Rooms">${rooms}</nav>
    <p class="subject"><span>${view.subject.name}</span>
      ${view.state.network && ["draw", "look"].includes(here) && html`<button class="plain" onClick=${() => actions.change({ network: undefined, select: undefined, edits: undefined, silenced: undefined, example: undefined })}>${say("head.trained")}</button>`}
      ${isMeasured && html`<span class="quiet" title=${say("accuracy.interval", { low: percent(accuracy.low), high: percent(accuracy.high) })}>
        ${say("accuracy", { percent: percent(accuracy.right / accuracy.count), count: accuracy.count })}</span>`}
    </p>
    <div class="tools">
      <button disabled=${!depth()} onClick=${actions.undo}>${say("undo")}</button>
      <button onClick=${actions.share}>${say(page.copied ? "shared" : "share")}</button>
    </div>
  </header>`;
}

function Lab({ page }) {
  if (!page.view) return html`<main class="waiting" aria-busy="true">${page.failure || (page.busy ? say("waiting") : "")}</main>`;
  const { view } = page;
  const room = view.address.split("?")[0]; // what is here, while another may be asked for
  const Room = ROOMS[room];
  const hidden = new Set(view.state.hidden ?? []);
  return html`<div class="lab" data-room=${room} data-address=${view.address}>
    <${Head} page=${page} />
    <div class=${page.busy ? "busy" : "still"} role="status">${page.busy && html`<span class="unseen">${say("waiting")}</span>`}</div>
    ${page.failure && html`<p class="failure" role="alert">${page.failure}</p>`}
    <main>${view.state.trial && TRIAL_ROOMS.includes(room) && html`<${TrialNote} view=${view} actions=${actions} />`}
      ${view.trial && !view.trial.trained
        ? html`<${TrialProgress} trial=${view.trial} actions=${actions} />`
        : html`<${Room} view=${view} maps=${page.maps} hidden=${hidden} actions=${actions} />`}</main>
    ${(view.network || view.descent || view.compare || view.lesson) && html`<${OpenedNumber} view=${view} proof=${page.proof} actions=${actions} />`}
  </div>`;
}

window.addEventListener("popstate", () => show({ address: location.hash.slice(1) }, "keep"));
window.addEventListener("keydown", (event) => {
  const isField = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !isField) {
    event.preventDefault();
    actions.undo();
  }
});
window.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
  if (file && page.view && page.view.subject.takes_ink && (page.view.state.room ?? "draw") === "draw") actions.photo(file);
});
update({});
show({ address: location.hash.slice(1) }, "replace");
