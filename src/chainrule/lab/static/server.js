// Requests to the lab's server, and the frames that it sends; lab/frames.py describes them.

const MAGIC = "CRL1";

/**
 * A view: the server's values, and arrays by name.
 * @typedef {Object<string, any>} View
 */

/**
 * Read a frame.
 * @param {ArrayBuffer} buffer
 * @returns {View} with `arrays`, each a Float32Array with a `shape`
 */
export function readFrame(buffer) {
  const head = new DataView(buffer, 0, 12);
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  if (magic !== MAGIC) throw new Error("no frame of the lab");
  const length = head.getUint32(4, true);
  const view = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 12, length)));
  const arrays = {};
  for (const [name, place] of Object.entries(view.arrays)) {
    const count = place.shape.reduce((product, side) => product * side, 1);
    const array = new Float32Array(buffer, 12 + length + 4 * place.at, count);
    arrays[name] = Object.assign(array, { shape: place.shape });
  }
  return { ...view, arrays };
}

/**
 * Send a request.
 * @param {string} path
 * @param {object} body
 * @returns {Promise<Response>}
 */
async function post(path, body) {
  return send(path, "application/json", JSON.stringify(body));
}

async function send(path, type, body) {
  const response = await fetch(path, { method: "POST", headers: { "content-type": type }, body });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail || `The server answers ${response.status}.`);
  }
  return response;
}

/** @param {object} body @returns {Promise<View>} */
export async function fetchView(body) {
  return readFrame(await (await post("view", body)).arrayBuffer());
}

/** @param {string} path @param {object} body @returns {Promise<any>} */
export async function fetchJson(path, body) {
  return (await post(path, body)).json();
}

/**
 * Give a picture to the lab.
 * @param {Blob} file @returns {Promise<string>} the name by which a state calls it
 */
export async function sendPhoto(file) {
  const type = file.type.startsWith("image/") ? file.type : "image/unknown"; // its content decides
  return (await (await send("photo", type, file)).json()).photo;
}
