// What rooms with a training have in common: it is started, paused, stepped and gone back in.

import { say } from "./messages.js";
import { html, Part } from "./ui.js";

const FRAME = 50; // milliseconds: 20 frames a second at most
const PACES = [1, 5, 20, 100];
const ALL = 0; // the pace at which each frame shows where the training has come by itself

/**
 * A room whose part of the state, named by `key`, holds the updates done.
 * Properties: `view`, `hidden`, `actions`. It asks for the next updates when the last are shown.
 */
export class TrainingRoom extends Part {
  constructor(key, pace) {
    super();
    this.key = key;
    this.state = { playing: false, pace };
    this.looking = ["point"]; // settings that do not decide the training
    this.paces = PACES;
    this.passing = {}; // settings that end with the next update
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
  /** What of the settings is not as it is at first: only this stands in the state. */
  differing(settings) {
    const { defaults } = this.props.view[this.key];
    const isSame = (name) => JSON.stringify(settings[name]) === JSON.stringify(defaults[name]);
    return Object.fromEntries(Object.entries(settings).filter(([name]) => !isSame(name)));
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
    if (view[this.key].ended) {
      if (this.state.playing) this.pause();
    } else if (view[this.key].reached < this.settings.updates || view[this.key].behind) this.go(this.settings.updates, "keep");
    else if (this.state.playing && this.settings.updates >= view[this.key].limits.updates.high) this.pause();
    else if (this.state.playing) this.go(this.state.pace === ALL ? view[this.key].limits.updates.high : this.settings.updates + this.state.pace, "keep");
  }
  /** Ask for the state after a number of updates. */
  go(updates, history = "push") {
    const { high } = this.props.view[this.key].limits.updates;
    this.shown = this.props.view[this.key];
    const settings = { ...this.settings, ...this.passing, updates: Math.max(0, Math.min(high, updates)) };
    this.props.actions.change({ [this.key]: this.differing(settings) }, history, { moving: history === "keep" });
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
    const isLook = Object.keys(changes).every((name) => this.looking.includes(name));
    const settings = { ...this.settings, ...changes, ...(isLook ? {} : { updates: 0, point: 0, ...this.passing }) };
    if (!isLook && this.state.playing) this.setState({ playing: false });
    this.props.actions.change({ [this.key]: this.differing(settings) });
  }
  /** More buttons of a room among those of time. */
  moreSteps() {
    return null;
  }
  time() {
    const part = this.props.view[this.key];
    const { playing, pace } = this.state;
    const at = part.reached ?? 0;
    const epoch = part.batches ?? 1;
    const isBehind = (part.reached < this.settings.updates || part.behind) && !playing && !this.props.view.error && !part.ended;
    return html`<div class="time" role="group" aria-label=${say("plane.time")}>
      <button onClick=${() => { this.setState({ playing: false }); this.go(0); }}>${say("plane.restart")}</button>
      <button disabled=${at === 0} onClick=${() => this.go(at - 1)}>${say("plane.back")}</button>
      <button class="main" aria-pressed=${playing} onClick=${() => (playing ? this.pause() : this.play())}>${say(playing ? "plane.pause" : "plane.play")}</button>
      <button onClick=${() => this.go(at + 1)}>${say("plane.step")}</button>
      <button onClick=${() => this.go(epoch * (Math.floor(at / epoch) + 1))}>${say("plane.epoch")}</button>
      ${this.moreSteps()}
      <p class="count">${say("plane.progress", { updates: at, epoch: part.epoch ?? 0, batch: part.batch ?? 0, batches: epoch })}
        ${isBehind && html` <span class="quiet" role="status">${say("plane.behind", { updates: this.settings.updates })}</span>`}</p>
      <label class="pace"><span>${say("plane.pace")}</span> <select onChange=${(event) => this.setState({ pace: Number(event.target.value) })}>
        ${this.paces.map((one) => html`<option key=${one} value=${one} selected=${one === pace}>${one === ALL ? say("train.pace.all") : one}</option>`)}</select></label>
    </div>`;
  }
}
