// Formulas with their numbers, as MathML.
import { formatNumber } from "./figures.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";

/** A MathML element; texts become what they look like: numbers, names or signs. */
function math(tag, ...children) {
  const found = document.createElementNS(MATHML, tag);
  found.append(...children);
  return found;
}

const name = (text) => math("mi", text);
const sign = (text) => math("mo", text);
/** A number; a power of ten is written as one. */
function number(value, digits = 3) {
  const [mantissa, exponent] = formatNumber(value, digits).split("e");
  if (exponent === undefined) return math("mn", mantissa);
  return row(math("mn", mantissa), sign("·"), math("msup", math("mn", "10"), math("mn", exponent)));
}

/** The natural logarithm with a minus in front. */
function negativeLogarithm(inside) {
  const minus = sign("−");
  minus.setAttribute("form", "prefix");
  const gap = math("mspace");
  gap.setAttribute("width", "0.17em");
  return row(minus, name("ln"), gap, inside);
}

const row = (...children) => math("mrow", ...children);
const sub = (base, ...below) => math("msub", base, row(...below));
const parenthesised = (node) => row(sign("("), node, sign(")"));

/** A number that stands after an operator: a negative one in parentheses. */
const factor = (value) => (value < 0 ? parenthesised(number(value)) : number(value));
const power = (exponent) => math("msup", name("e"), row(...exponent));
const negative = (value) => (value < 0 ? [number(-value)] : [sign("−"), number(value)]);

/** What each activation computes from the number z, in the form that applies to it. */
const FORMS = {
  step: (z) => [math("mtext", z >= 0 ? "1, as z ≥ 0" : "0, as z < 0")],
  identity: (z) => [number(z)],
  sigmoid: (z) => [math("mfrac", math("mn", "1"), row(math("mn", "1"), sign("+"), power(negative(z))))],
  tanh: (z) => [name("tanh"), parenthesised(number(z))],
  relu: (z) => [name("max"), parenthesised(row(math("mn", "0"), sign(","), number(z)))],
  leaky_relu: (z) => (z > 0 ? [number(z)] : [math("mn", "0.01"), sign("·"), factor(z)]),
  elu: (z) => (z >= 0 ? [number(z)] : [power([number(z)]), sign("−"), math("mn", "1")]),
  selu: (z) => (z >= 0
    ? [math("mn", "1.051"), sign("·"), number(z)]
    : [math("mn", "1.758"), sign("·"), parenthesised(row(power([number(z)]), sign("−"), math("mn", "1")))]),
  gelu: (z) => [number(z), sign("·"), name("Φ"), parenthesised(number(z))],
  silu: (z) => [math("mfrac", number(z), row(math("mn", "1"), sign("+"), power(negative(z))))],
  softplus: (z) => [name("ln"), parenthesised(row(math("mn", "1"), sign("+"), power([number(z)])))],
};

/** a = φ(z) of a neuron, with its number; softmax compares all the layer's z. */
function activationFormula(activation, { z, a }, neuron) {
  const left = [name("a"), sign("=")];
  const right = [sign("="), number(a[neuron], 4)];
  if (activation !== "softmax") return formula(...left, ...FORMS[activation](z[neuron]), ...right);
  const greatest = z.reduce((most, one) => Math.max(most, one), -Infinity);
  const total = z.reduce((sum, one) => sum + Math.exp(one - greatest), 0);
  const below = math("munder", sign("∑"), name("k"));
  return formula(...left,
    math("mfrac", power([sub(name("z"), math("mn", String(neuron)))]), row(below, power([sub(name("z"), name("k"))]))),
    sign("="),
    math("mfrac", power(shifted(z[neuron], greatest)), number(total, 4)), ...right);
}

/** z less the greatest z, as softmax is computed; nothing overflows then. */
const shifted = (z, greatest) => [number(z), sign("−"), factor(greatest)];

/** z = Σ w a + b, with the sum of the terms and the bias as numbers. */
function sumFormula(z, bias) {
  const terms = [math("munder", sign("∑"), name("i")), sub(name("w"), name("i")), sub(name("a"), name("i"))];
  const given = bias === null ? [] : [sign("+"), name("b")];
  const numbers = bias === null ? [] : [number(z - bias, 4), sign("+"), factor(bias), sign("=")];
  return formula(name("z"), sign("="), ...terms, ...given, sign("="), ...numbers, number(z, 4));
}

/** The first terms of a weighted sum with their numbers, and what the others come to. */
function termsFormula(terms, rest, bias) {
  const parts = terms.flatMap(({ weight, value }, k) => [
    ...(k ? [sign("+")] : []), k ? factor(weight) : number(weight), sign("·"), factor(value),
  ]);
  const others = rest === null ? [] : [sign("+"), factor(rest)];
  const last = bias === null ? [] : [sign("+"), factor(bias)];
  return formula(name("z"), sign("="), ...parts, ...others, ...last);
}

/** δ = ∂C/∂z of a neuron, the error that the backward pass brings to it. */
function errorFormula(delta) {
  const derivative = math("mfrac", row(sign("∂"), name("C")), row(sign("∂"), name("z")));
  return formula(name("δ"), sign("="), derivative, sign("="), number(delta, 4));
}

/** The cost of outputs a for targets y; with the numbers in it if one output decides. */
function costFormula(cost, a, y, value) {
  const result = [sign("="), number(value, 4)];
  const left = [name("C"), sign("=")];
  const one = a.length === 1 ? 0 : y.indexOf(1);
  if (cost === "categorical_cross_entropy") {
    const output = sub(name("a"), math("mn", String(one)));
    return formula(...left, negativeLogarithm(output), sign("="), negativeLogarithm(number(a[one], 4)), ...result);
  }
  const sum = a.length === 1 ? [] : [math("munder", sign("∑"), name("k"))];
  if (cost === "half_squared_error") {
    const square = (inside) => [math("mn", "½"), ...sum, math("msup", parenthesised(inside), math("mn", "2"))];
    const numbers = row(number(a[0], 4), sign("−"), factor(y[0]));
    const given = a.length === 1 ? [sign("="), ...square(numbers)] : [];
    return formula(...left, ...square(row(name("a"), sign("−"), name("y"))), ...given, ...result);
  }
  if (a.length === 1) {
    const right = y[0] ? name("a") : parenthesised(row(math("mn", "1"), sign("−"), name("a")));
    const likelihood = number(y[0] ? a[0] : 1 - a[0], 4);
    return formula(...left, negativeLogarithm(right), sign("="), negativeLogarithm(likelihood), ...result);
  }
  const other = parenthesised(row(math("mn", "1"), sign("−"), name("a")));
  return formula(...left, sign("−"), ...sum, parenthesised(row(name("y"), name("ln"), name("a"), sign("+"),
    parenthesised(row(math("mn", "1"), sign("−"), name("y"))), name("ln"), other)), ...result);
}

/** An output in the unit of its target, y = a s + m, where targets were standardised. */
function unitFormula(a, spread, centre) {
  return formula(name("y"), sign("="), number(a), sign("·"), number(spread, 4), sign("+"),
    centre < 0 ? parenthesised(number(centre, 4)) : number(centre, 4),
    sign("="), number(a * spread + centre, 4));
}

function formula(...children) {
  return math("math", row(...children));
}

export { activationFormula, costFormula, errorFormula, sumFormula, termsFormula, unitFormula };
