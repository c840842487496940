// preact and htm, joined once for all modules.

import { Component, createRef, h } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export { render } from "./vendor/preact.js";
export const html = htm.bind(h);

/** A component that draws into its own element, which bears `ref=${this.root}`. */
export class Part extends Component {
  root = createRef();

  /** @returns {HTMLElement} */
  get element() {
    return this.root.current;
  }
}
