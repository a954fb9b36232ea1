// Functions of numbers, accurate over their whole range: those of engine/special.py.

const MIDDLE = 0.425;
const FAR_OUT = 5;

/** 1 / (1 + exp(-x)), with the same relative accuracy on both sides. */
export function expit(x) {
  return Math.exp(Math.min(x, 0)) / (1 + Math.exp(-Math.abs(x)));
}

/** log(1 + exp(x)), which is -log(1 - expit(x)). */
export function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** log(p / (1 - p)), the inverse of `expit`; accurate near one half too, where it is near 0. */
export function logit(p) {
  return p < 0.25 ? Math.log(p) - Math.log1p(-p) : 2 * Math.atanh(2 * p - 1);
}

/**
 * The quantile of the standard normal, to about 1e-15 of itself.
 *
 * Wichura (1988), "Algorithm AS 241: the percentage points of the normal distribution".
 */
export function ndtri(p) {
  const fromHalf = p - 0.5;
  if (Math.abs(fromHalf) <= MIDDLE) {
    return nearHalf(MIDDLE ** 2 - fromHalf * fromHalf) * fromHalf;
  }
  const root = Math.sqrt(-Math.log(Math.min(p, 0.5 - fromHalf)));
  const far = root < Infinity ? farInTheTail(root - FAR_OUT) : Infinity;
  const size = root <= FAR_OUT ? inTheTail(root - 1.6) : far;
  return fromHalf < 0 ? -size : size;
}

function nearHalf(x) {
  let above = 2.5090809287301226727e3;
  above = above * x + 3.3430575583588128105e4;
  above = above * x + 6.7265770927008700853e4;
  above = above * x + 4.5921953931549871457e4;
  above = above * x + 1.3731693765509461125e4;
  above = above * x + 1.9715909503065514427e3;
  above = above * x + 1.3314166789178437745e2;
  above = above * x + 3.3871328727963666080;
  let below = 5.2264952788528545610e3;
  below = below * x + 2.8729085735721942674e4;
  below = below * x + 3.9307895800092710610e4;
  below = below * x + 2.1213794301586595867e4;
  below = below * x + 5.3941960214247511077e3;
  below = below * x + 6.8718700749205790830e2;
  below = below * x + 4.2313330701600911252e1;
  below = below * x + 1;
  return above / below;
}

function inTheTail(x) {
  let above = 7.74545014278341407640e-4;
  above = above * x + 2.27238449892691845833e-2;
  above = above * x + 2.41780725177450611770e-1;
  above = above * x + 1.27045825245236838258;
  above = above * x + 3.64784832476320460504;
  above = above * x + 5.76949722146069140550;
  above = above * x + 4.63033784615654529590;
  above = above * x + 1.42343711074968357734;
  let below = 1.05075007164441684324e-9;
  below = below * x + 5.47593808499534494600e-4;
  below = below * x + 1.51986665636164571966e-2;
  below = below * x + 1.48103976427480074590e-1;
  below = below * x + 6.89767334985100004550e-1;
  below = below * x + 1.67638483018380384940;
  below = below * x + 2.05319162663775882187;
  below = below * x + 1;
  return above / below;
}

function farInTheTail(x) {
  let above = 2.01033439929228813265e-7;
  above = above * x + 2.71155556874348757815e-5;
  above = above * x + 1.24266094738807843860e-3;
  above = above * x + 2.65321895265761230930e-2;
  above = above * x + 2.96560571828504891230e-1;
  above = above * x + 1.78482653991729133580;
  above = above * x + 5.46378491116411436990;
  above = above * x + 6.65790464350110377720;
  let below = 2.04426310338993978564e-15;
  below = below * x + 1.42151175831614588870e-7;
  below = below * x + 1.84631831751005468180e-5;
  below = below * x + 7.86869131145613259100e-4;
  below = below * x + 1.48753612908506148525e-2;
  below = below * x + 1.36929880922735805310e-1;
  below = below * x + 5.99832206555887937690e-1;
  below = below * x + 1;
  return above / below;
}
