// The network of a study's trial takes the place of the lab's own: how far its training is, and back.

import { say } from "./messages.js";
import { html, Part } from "./ui.js";

const LOOK_AGAIN = 150; // milliseconds
const OWN = { trial: undefined, network: undefined, select: undefined, example: undefined, target: undefined, edits: undefined, silenced: undefined, inputs: undefined };

/** Properties: `trial` of a view, `actions`; asks again until the network is trained. */
export class TrialProgress extends Part {
  componentDidMount() {
    this.clock = setInterval(() => this.lookAgain(), LOOK_AGAIN);
  }
  componentWillUnmount() {
    clearInterval(this.clock);
  }
  lookAgain() {
    if (!this.props.actions.isAsking()) this.props.actions.change({}, "keep");
  }
  render() {
    const { trial } = this.props;
    const percent = Math.floor(100 * trial.share);
    return html`<div class="card training-again" ref=${this.root}>
      <h2>${say("studies.training", { number: trial.number, study: trial.study })}</h2>
      <div class="progress" role="progressbar" aria-label=${say("studies.progress")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}><span style=${{ width: `${percent}%` }}></span></div>
      <p class="quiet">${say("studies.training.hint")}</p></div>`;
  }
}

/** Says whose network is shown, whether it is the trial's to the bit, and leads back. */
export function TrialNote({ view, actions }) {
  const { trial } = view;
  const back = () => actions.change({ room: "studies", ...OWN });
  return html`<p class="note">${trial && trial.trained && say(trial.same ? "studies.same" : "studies.other", { number: trial.number, study: trial.study, seed: trial.seed })}
    <button onClick=${back}>${say("studies.back")}</button> <button onClick=${() => actions.change(OWN)}>${say("studies.own")}</button></p>`;
}
