// The form of the recipe and the network, made from the limits that the server sends.

import { Choice } from "../controls.js";
import { say } from "../messages.js";
import { html, Part } from "../ui.js";

const OPEN = ["update"]; // the group that is open at first

/** Properties: `room`, `settings`, `put`. */
export function SettingsForm({ room, settings, put }) {
  return room.groups.map((group) => {
    const changed = group.fields.filter((one) => JSON.stringify(settings[one.name]) !== JSON.stringify(room.defaults[one.name])).length;
    return html`<details key=${group.name} class="settings" open=${OPEN.includes(group.name)}>
      <summary>${say(`train.group.${group.name}`)}${changed > 0 && html` <small>${say("train.changed", { count: changed })}</small>`}</summary>
      ${group.fields.map((field) => html`<${SettingField} key=${field.name} field=${field} value=${settings[field.name]} enter=${(value) => put({ [field.name]: value })} />`)}
    </details>`;
  });
}

/** One setting: a choice, a switch, a number or a list of numbers. */
class SettingField extends Part {
  /** @returns {any} what a text stands for; undefined for what it cannot */
  read(text) {
    const { field } = this.props;
    const typed = text.trim().replace(/,(?=\d)/g, field.many ? "," : ".");
    if (typed === "" || typed === "none") return field.optional ? null : undefined;
    if (!field.many) return this.readNumber(typed);
    if (!/^[-+.\deE,\s]+$/.test(typed)) return typed; // a word, which the library judges
    const parts = typed.split(",").map((one) => this.readNumber(one.trim()));
    return parts.includes(undefined) ? undefined : parts;
  }
  readNumber(text) {
    const { field } = this.props;
    const number = Number(text);
    const isAbove = field.low === null || number > field.low || (number === field.low && !field.low_open);
    const isBelow = field.high === null || number < field.high || (number === field.high && !field.high_open);
    const isWhole = field.kind !== "int" || Number.isInteger(number);
    return text !== "" && Number.isFinite(number) && isAbove && isBelow && isWhole ? number : undefined;
  }
  enter(event) {
    const { field, enter } = this.props;
    const value = this.read(event.target.value);
    const name = field.name.replaceAll("_", " ");
    this.setState({ error: value === undefined ? say("plane.refused", { name, words: field.words }) : "" });
    if (value !== undefined) enter(value);
  }
  render() {
    const { field, value, enter } = this.props;
    const { error } = this.state;
    const name = field.name.replaceAll("_", " ");
    const about = `${field.meaning}: ${field.words}${field.unit ? `, ${field.unit}` : ""}`;
    return html`<div class="setting" ref=${this.root} title=${about}>${this.control(name, value, enter)}
      ${error && html`<p class="error" role="alert">${error}</p>`}<p class="quiet">${field.meaning}</p></div>`;
  }
  control(name, value, enter) {
    const { field } = this.props;
    if (field.choices.length && !field.many) {
      const options = [...(field.optional ? [["none", say("train.none")]] : []), ...field.choices.map((one) => [one, one])];
      return html`<${Choice} label=${name} value=${value ?? "none"} options=${options} onChoose=${(one) => enter(one === "none" && field.optional ? null : one)} />`;
    }
    if (field.kind === "bool") {
      return html`<label class="field"><span>${name}</span><input type="checkbox" checked=${value} onChange=${(event) => enter(event.target.checked)} /></label>`;
    }
    return html`<label class="field"><span>${name}</span>
      <input inputmode=${field.many ? "text" : "decimal"} value=${Array.isArray(value) ? value.join(",") : (value ?? "")} placeholder=${field.optional ? say("train.none") : ""}
        onChange=${(event) => this.enter(event)} aria-invalid=${this.state.error ? "true" : null} /></label>`;
  }
}

/** The learning rate, which can be changed on the way, and its changes so far. */
export class RateField extends Part {
  enter(event) {
    const rate = Number(event.target.value.replace(",", "."));
    if (rate > 0 && Number.isFinite(rate)) this.props.setRate(rate);
    else event.target.value = this.now;
  }
  /** The rate of the recipe, or of the last change before here. */
  get now() {
    const { train, settings } = this.props;
    return settings.rates.filter(([updates]) => updates <= train.reached).at(-1)?.[1] ?? settings.learning_rate;
  }
  render() {
    const { settings, drop } = this.props;
    return html`<label class="rate" ref=${this.root}><span>${say("train.rate")}</span>
      <input inputmode="decimal" value=${this.now} onChange=${(event) => this.enter(event)} /></label>
      ${settings.rates.map(([updates, rate]) => html`<span class="quiet change" key=${updates}>${say("train.rate.from", { updates, rate })}
        <button class="plain" aria-label=${say("train.rate.drop", { updates })} onClick=${() => drop(settings.rates.filter(([one]) => one !== updates))}>×</button></span>`)}`;
  }
}
