// The words of the page, from a message file.

import english from "./messages/en.js";

/**
 * Return a message.
 * @param {string} key
 * @param {Object<string, string | number>} [values] for its places in braces
 * @returns {string}
 */
export function say(key, values = {}) {
  const text = english[key];
  if (text === undefined) throw new Error(`no message ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}
