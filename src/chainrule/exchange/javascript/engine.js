// The reference engine in JavaScript: forward pass, cost, and backward pass of a dense network.
// It knows neither pages nor columns, and computes in float64. CONSTANTS are those of chainrule.equations.
//
// A layer is { activation, inputs, outputs, W, b }: W is flat, row after row, (outputs, inputs);
// b is null in a network without biases. A trace is what `forward` returns.

/** The normal distribution function: ½ erfc(-z / √2), by the Chebyshev series of chainrule.equations. */
function normalCdf(z) {
  const far = Math.min(Math.max(z, -60), 60);
  const x = Math.abs(far) * Math.SQRT1_2;
  const t = (2 * (x - CONSTANTS.erfcCentre)) / (x + CONSTANTS.erfcCentre);
  const series = CONSTANTS.erfcSeries;
  let now = 0, later = 0;
  for (let k = series.length - 1; k > 0; k--) [now, later] = [t * now - later + series[k], now];
  const sum = 0.5 * t * now - later + series[0];
  const tail = (0.5 * sum * Math.exp(-x * x)) / (1 + 2 * x);
  return far < 0 ? tail : 1 - tail;
}

const normalPdf = (z) => Math.exp(-0.5 * Math.min(z * z, 3600)) / Math.sqrt(2 * Math.PI);

function sigmoid(z) {
  const e = Math.exp(-Math.abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}

function sigmoidDerivative(z) {
  const e = Math.exp(-Math.abs(z));
  return e / ((1 + e) * (1 + e));
}

function tanhDerivative(z) {
  const e = Math.exp(-2 * Math.abs(z));
  return (4 * e) / ((1 + e) * (1 + e));
}

const clip = (z) => Math.min(Math.max(z, -800), 800); // infinity times 0 would be NaN
const { leak, seluScale, seluAlpha } = CONSTANTS;

/** Each activation with its derivative by z, but softmax, whose outputs depend on all z. */
const ACTIVATIONS = {
  step: [(z) => (z >= 0 ? 1 : 0), () => 0],
  identity: [(z) => z, () => 1],
  sigmoid: [sigmoid, sigmoidDerivative],
  tanh: [Math.tanh, tanhDerivative],
  relu: [(z) => (z > 0 ? z : 0), (z) => (z > 0 ? 1 : 0)],
  leaky_relu: [(z) => (z > 0 ? z : leak * z), (z) => (z > 0 ? 1 : leak)],
  elu: [(z) => (z >= 0 ? z : Math.expm1(z)), (z) => (z >= 0 ? 1 : Math.exp(z))],
  selu: [
    (z) => seluScale * (z >= 0 ? z : seluAlpha * Math.expm1(z)),
    (z) => seluScale * (z > 0 ? 1 : seluAlpha * Math.exp(z)),
  ],
  gelu: [
    (z) => Math.max(z, -800) * normalCdf(z),
    (z) => normalCdf(z) + clip(z) * normalPdf(z),
  ],
  silu: [
    (z) => Math.max(z, -800) * sigmoid(z),
    (z) => sigmoid(z) + clip(z) * sigmoidDerivative(z),
  ],
  softplus: [(z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), sigmoid],
};

function softmax(z) {
  const greatest = z.reduce((most, one) => Math.max(most, one), -Infinity);
  const e = z.map((one) => Math.exp(one - greatest));
  const total = e.reduce((sum, one) => sum + one, 0);
  return e.map((one) => one / total);
}

const activate = (name, z) => (name === "softmax" ? softmax(z) : z.map(ACTIVATIONS[name][0]));

/** dC/dz of a layer from dC/da. */
function pullBack(name, da, { z, a }) {
  if (name !== "softmax") return da.map((d, i) => d * ACTIVATIONS[name][1](z[i]));
  const mean = da.reduce((sum, d, i) => sum + d * a[i], 0);
  return da.map((d, i) => a[i] * (d - mean));
}

/** All layers' weighted sums z and activations a; place 0 holds the inputs as a. */
function forward(layers, inputs) {
  const trace = [{ z: null, a: Float64Array.from(inputs) }];
  for (const { activation, inputs: width, outputs, W, b } of layers) {
    const below = trace.at(-1).a;
    const z = new Float64Array(outputs);
    for (let j = 0, at = 0; j < outputs; j++) {
      let sum = 0;
      for (let i = 0; i < width; i++, at++) sum += W[at] * below[i];
      z[j] = sum + (b ? b[j] : 0);
    }
    trace.push({ z, a: activate(activation, z) });
  }
  return trace;
}

const sumOf = (a, term) => a.reduce((sum, _, i) => sum + term(i), 0);
const timesLog = (y, a) => (y ? y * Math.log(a) : 0); // 0 ln 0 counts as 0
const over = (y, a) => (y ? y / a : 0);

/** Each cost of one example with its gradient by the outputs a, for targets y. */
const COSTS = {
  squared_error: [
    (a, y) => sumOf(a, (i) => (a[i] - y[i]) ** 2),
    (a, y) => a.map((one, i) => 2 * (one - y[i])),
  ],
  mean_squared_error: [
    (a, y) => sumOf(a, (i) => (a[i] - y[i]) ** 2) / a.length,
    (a, y) => a.map((one, i) => (2 / a.length) * (one - y[i])),
  ],
  half_squared_error: [
    (a, y) => 0.5 * sumOf(a, (i) => (a[i] - y[i]) ** 2),
    (a, y) => a.map((one, i) => one - y[i]),
  ],
  binary_cross_entropy: [
    (a, y) => -sumOf(a, (i) => timesLog(y[i], a[i]) + timesLog(1 - y[i], 1 - a[i])),
    (a, y) => a.map((one, i) => over(1 - y[i], 1 - one) - over(y[i], one)),
  ],
  categorical_cross_entropy: [
    (a, y) => -sumOf(a, (i) => timesLog(y[i], a[i])),
    (a, y) => a.map((one, i) => -over(y[i], one)),
  ],
  absolute_error: [
    (a, y) => sumOf(a, (i) => Math.abs(a[i] - y[i])),
    (a, y) => a.map((one, i) => Math.sign(one - y[i])),
  ],
  huber: [
    (a, y) => sumOf(a, (i) => huberTerm(Math.abs(a[i] - y[i]))),
    (a, y) => a.map((one, i) => Math.min(Math.max(one - y[i], -1), 1)),
  ],
};

const huberTerm = (d) => (d <= 1 ? 0.5 * d * d : d - 0.5);

/** Pairs of cost and last activation whose error has a form in z that loses no digits. */
const FUSED = {
  "binary_cross_entropy sigmoid": [
    (z, y) => sumOf(z, (i) => z[i] * ((z[i] >= 0) - y[i]) + Math.log1p(Math.exp(-Math.abs(z[i])))),
    (z, y) => z.map((one, i) => (one >= 0 ? 1 - y[i] - sigmoid(-one) : sigmoid(one) - y[i])),
  ],
  "categorical_cross_entropy softmax": [
    (z, y) => {
      const m = greatestPlace(z);
      const rest = Math.log1p(sumOf(z, (i) => (i === m ? 0 : Math.exp(z[i] - z[m]))));
      return sumOf(z, (i) => y[i] * (rest - (z[i] - z[m])));
    },
    (z, y) => {
      const m = greatestPlace(z);
      const a = softmax(z);
      const total = sumOf(y, (i) => y[i]);
      const others = sumOf(a, (i) => (i === m ? 0 : a[i]));
      return a.map((one, i) => (i === m ? total - y[i] - total * others : total * one - y[i]));
    },
  ],
};

const greatestPlace = (values) => values.reduce((m, one, i) => (one > values[m] ? i : m), 0);

/** The cost of a trace's outputs for the targets y. */
function computeCost(cost, layers, trace, y) {
  const { z, a } = trace.at(-1);
  const fused = FUSED[`${cost} ${layers.at(-1).activation}`];
  return fused ? fused[0](z, y) : COSTS[cost][0](a, y);
}

/** The error dC/dz of the last layer. */
function outputError(cost, layers, trace, y) {
  const last = trace.at(-1);
  const { activation } = layers.at(-1);
  const fused = FUSED[`${cost} ${activation}`];
  return fused ? fused[1](last.z, y) : pullBack(activation, COSTS[cost][1](last.a, y), last);
}

/** dC/da of the layer below, from the errors dC/dz of a layer: δ W. */
function inputGradient({ inputs, outputs, W }, delta) {
  const found = new Float64Array(inputs);
  for (let j = 0, at = 0; j < outputs; j++) {
    if (!delta[j]) at += inputs;
    else for (let i = 0; i < inputs; i++, at++) found[i] += delta[j] * W[at];
  }
  return found;
}

/**
 * The errors of all layers up to a layer, from dC/dz of that layer: place l is dC/dz of layer l,
 * and place 0 is dC/dx of the inputs.
 */
function backward(layers, trace, delta, from = layers.length) {
  const deltas = new Array(from + 1);
  deltas[from] = delta;
  for (let l = from; l > 0; l--) {
    const da = inputGradient(layers[l - 1], deltas[l]);
    deltas[l - 1] = l > 1 ? pullBack(layers[l - 2].activation, da, trace[l - 1]) : da;
  }
  return deltas;
}

/** dC/dW of a layer, flat, from its errors and the activations below it; dC/db are the errors. */
function weightGradient(delta, below) {
  const found = new Float64Array(delta.length * below.length);
  delta.forEach((d, j) => below.forEach((a, i) => (found[j * below.length + i] = d * a)));
  return found;
}

export { COSTS, backward, computeCost, forward, greatestPlace, outputError, weightGradient };
