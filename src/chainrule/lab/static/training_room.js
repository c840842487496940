// What rooms with a training have in common: it is started, paused, stepped and gone back in.

import { say } from "./messages.js";
import { html, Part } from "./ui.js";

const FRAME = 50; // milliseconds: 20 frames a second at most
const PACES = [1, 5, 20, 100];

/**
 * A room whose part of the state, named by `key`, holds the updates done.
 * Properties: `view`, `hidden`, `actions`. It asks for the next updates when the last are shown.
 */
export class TrainingRoom extends Part {
  constructor(key, pace) {
    super();
    this.key = key;
    this.state = { playing: false, pace };
    this.shown = null;
  }
  componentDidMount() {
    this.timer = setInterval(() => this.tick(), FRAME);
  }
  componentWillUnmount() {
    clearInterval(this.timer);
  }
  get settings() {
    const { view } = this.props;
    return { ...view[this.key].defaults, ...view.state[this.key] };
  }
  /** Whether the answer to the latest request is on the page; the server's part of a view is new then. */
  get isCurrent() {
    return this.props.view[this.key] !== this.shown;
  }
  tick() {
    const { view } = this.props;
    if (!view[this.key] || !this.isCurrent || this.props.actions.isAsking()) return;
    if (view.error) {
      if (this.state.playing) this.setState({ playing: false });
      return;
    }
    if (view[this.key].reached < this.settings.updates) this.go(this.settings.updates, "keep");
    else if (this.state.playing && this.settings.updates >= view[this.key].limits.updates.high) this.pause();
    else if (this.state.playing) this.go(this.settings.updates + this.state.pace, "keep");
  }
  /** Ask for the state after a number of updates. */
  go(updates, history = "push") {
    const { high } = this.props.view[this.key].limits.updates;
    this.shown = this.props.view[this.key];
    this.props.actions.change({ [this.key]: { ...this.settings, updates: Math.max(0, Math.min(high, updates)) } }, history);
  }
  play() {
    this.shown = null;
    this.setState({ playing: true });
  }
  pause() {
    this.setState({ playing: false });
    this.go(this.props.view[this.key].reached ?? this.settings.updates, "replace");
  }
  /** Change settings; what decides the training begins it anew. */
  put(changes) {
    const isChosen = Object.keys(changes).every((name) => name === "point");
    const rest = isChosen ? {} : { updates: 0, point: 0 };
    this.props.actions.change({ [this.key]: { ...this.settings, ...changes, ...rest } });
  }
  time() {
    const part = this.props.view[this.key];
    const { playing, pace } = this.state;
    const at = part.reached ?? 0;
    const epoch = part.batches ?? 1;
    const isBehind = part.reached < this.settings.updates && !playing && !this.props.view.error;
    return html`<div class="time" role="group" aria-label=${say("plane.time")}>
      <button onClick=${() => { this.setState({ playing: false }); this.go(0); }}>${say("plane.restart")}</button>
      <button disabled=${at === 0} onClick=${() => this.go(at - 1)}>${say("plane.back")}</button>
      <button class="main" aria-pressed=${playing} onClick=${() => (playing ? this.pause() : this.play())}>${say(playing ? "plane.pause" : "plane.play")}</button>
      <button onClick=${() => this.go(at + 1)}>${say("plane.step")}</button>
      <button onClick=${() => this.go(epoch * (Math.floor(at / epoch) + 1))}>${say("plane.epoch")}</button>
      <p class="count">${say("plane.progress", { updates: at, epoch: part.epoch ?? 0, batch: part.batch ?? 0, batches: epoch })}
        ${isBehind && html` <span class="quiet" role="status">${say("plane.behind", { updates: this.settings.updates })}</span>`}</p>
      <label class="pace"><span>${say("plane.pace")}</span> <select onChange=${(event) => this.setState({ pace: Number(event.target.value) })}>
        ${PACES.map((one) => html`<option key=${one} value=${one} selected=${one === pace}>${one}</option>`)}</select></label>
    </div>`;
  }
}
