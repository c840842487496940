// The network: its numbers from MODEL, and what can be asked of it.
import { backward, computeCost, forward, greatestPlace, outputError, weightGradient } from "./engine.js";
import { computeFeature, formatDate, isBlank, readCell, readRow, scaleInputs } from "./encoding.js";

const decode = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** Little-endian numbers from base64, as Float32Array or Float64Array. */
function decodeNumbers(text, dtype) {
  const bytes = decode(text);
  const view = new DataView(bytes.buffer);
  const [size, read] = dtype === "float64" ? [8, "getFloat64"] : [4, "getFloat32"];
  const found = dtype === "float64" ? Float64Array : Float32Array;
  return found.from({ length: bytes.length / size }, (_, k) => view[read](k * size, true));
}

const layers = MODEL.layers.map((layer) => ({
  ...layer,
  W: decodeNumbers(layer.W, MODEL.dtype),
  b: layer.b === null ? null : decodeNumbers(layer.b, MODEL.dtype),
}));
const { about, proof, columns, features, inputShape, inputScale, classes, outputs } = MODEL;
const { cost, inputNames, targetCentre, targetSpread } = MODEL;

/** The inputs of the first layer for a row, in the number type of the network. */
function encode(row) {
  const numbers = columns.length
    ? features.map(((cells) => (feature) => computeFeature(feature, cells))(readRow(columns, row)))
    : scaleInputs(row, layers[0].inputs, inputScale);
  return (MODEL.dtype === "float64" ? Float64Array : Float32Array).from(numbers);
}

/** Outputs of the last layer in the targets' own unit. */
function restore(a) {
  if (!targetCentre.length) return Array.from(a);
  return Array.from(a, (one, k) => one * targetSpread[k] + targetCentre[k]);
}

/** Every layer's z and a for a row; place 0 holds the inputs as a. */
const trace = (row) => forward(layers, encode(row));

/** The outputs for a row, in the order of `outputs` and in the targets' own unit. */
const predict = (row) => restore(trace(row).at(-1).a);

/** The outputs for many rows. */
const predictAll = (rows) => Array.from(rows, predict);

/** The place of the class among `classes` that some outputs name. */
const classPlace = (found) =>
  found.length === 1 ? Number(found[0] > 0.5) : greatestPlace(found);

/** The class of a row; a network whose outputs are numbers has none. */
function classify(row) {
  if (!classes.length) throw new Error("this network answers with numbers: see predict");
  return classes[classPlace(predict(row))];
}

/** The targets for which outputs are trained: of a class by name, or of numbers in their unit. */
function readTarget(target) {
  if (typeof target !== "string") {
    const numbers = Array.isArray(target) ? target : [target];
    if (numbers.length === outputs.length && numbers.every(Number.isFinite)) {
      return targetCentre.length
        ? numbers.map((one, k) => (one - targetCentre[k]) / targetSpread[k])
        : numbers;
    }
    throw new Error(`a target: expected ${outputs.length} numbers, got ${target}`);
  }
  const place = classes.indexOf(target);
  if (place < 0) throw new Error(`a target: expected one of ${classes.join(", ")}, got ${target}`);
  return outputs.length === 1 ? [place] : outputs.map((_, k) => Number(k === place));
}

/**
 * The backward pass for a row and its right answer: the cost, dC/dx of the inputs, and of each
 * layer dC/dz as delta, dC/dW flat as W, and dC/db as b. `cost` is a name of COSTS.
 */
function gradients(row, target, name = cost) {
  const found = trace(row);
  const y = readTarget(target);
  const deltas = backward(layers, found, outputError(name, layers, found, y));
  return {
    cost: computeCost(name, layers, found, y),
    inputs: deltas[0],
    layers: layers.map(({ b }, l) => ({
      delta: deltas[l + 1],
      W: weightGradient(deltas[l + 1], found[l].a),
      b: b && deltas[l + 1],
    })),
  };
}

/** Compute the rows that chainrule answered when it wrote this; the largest difference, relative. */
function selfTest() {
  const { rows, isBytes, outputs: expected } = MODEL.test;
  const found = predictAll(isBytes ? rows.map(decode) : rows);
  const flat = expected.flat();
  const largest = Math.max(...flat.map(Math.abs)) || 1;
  const difference = Math.max(...found.flat().map((one, k) => Math.abs(one - flat[k]))) / largest;
  return { rows: rows.length, difference, passed: difference < 1e-5 };
}

export {
  about, backward, classes, classify, classPlace, columns, computeCost, cost, encode, features,
  formatDate, forward, gradients, inputNames, inputScale, inputShape, isBlank, layers, outputError,
  outputs, predict, predictAll, proof, readCell, readTarget, restore, selfTest, targetCentre,
  targetSpread, trace,
};
