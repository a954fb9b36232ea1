"""Functions of numbers, accurate over their whole range, without loading scipy.

Arrays or single numbers go in; `expit` and `softplus` are compiled too, by those who need that.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]

MIDDLE, FAR_OUT = 0.425, 5.0
"""How far from one half, and from which `sqrt(-log p)` on, the normal quantile has other coefficients."""

NEAR_HALF = (
    (2.5090809287301226727e3, 5.2264952788528545610e3),
    (3.3430575583588128105e4, 2.8729085735721942674e4),
    (6.7265770927008700853e4, 3.9307895800092710610e4),
    (4.5921953931549871457e4, 2.1213794301586595867e4),
    (1.3731693765509461125e4, 5.3941960214247511077e3),
    (1.9715909503065514427e3, 6.8718700749205790830e2),
    (1.3314166789178437745e2, 4.2313330701600911252e1),
    (3.3871328727963666080e0, 1.0),
)
IN_THE_TAIL = (
    (7.74545014278341407640e-4, 1.05075007164441684324e-9),
    (2.27238449892691845833e-2, 5.47593808499534494600e-4),
    (2.41780725177450611770e-1, 1.51986665636164571966e-2),
    (1.27045825245236838258e0, 1.48103976427480074590e-1),
    (3.64784832476320460504e0, 6.89767334985100004550e-1),
    (5.76949722146069140550e0, 1.67638483018380384940e0),
    (4.63033784615654529590e0, 2.05319162663775882187e0),
    (1.42343711074968357734e0, 1.0),
)
FAR_IN_THE_TAIL = (
    (2.01033439929228813265e-7, 2.04426310338993978564e-15),
    (2.71155556874348757815e-5, 1.42151175831644588870e-7),
    (1.24266094738807843860e-3, 1.84631831751005468180e-5),
    (2.65321895265761230930e-2, 7.86869131145613259100e-4),
    (2.96560571828504891230e-1, 1.48753612908506148525e-2),
    (1.78482653991729133580e0, 1.36929880922735805310e-1),
    (5.46378491116411436990e0, 5.99832206555887937690e-1),
    (6.65790464350110377720e0, 1.0),
)


def expit(x: Any) -> Any:
    """1 / (1 + exp(-x)), with the same relative accuracy on both sides."""
    return np.exp(np.minimum(x, 0.0)) / (1.0 + np.exp(-np.abs(x)))


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), which is -log(1 - expit(x))."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def logit(p: npt.ArrayLike) -> Any:
    """log(p / (1 - p)), the inverse of `expit`; accurate near one half too, where it is near 0."""
    p = np.asarray(p, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(p < 0.25, np.log(p) - np.log1p(-p), 2.0 * np.arctanh(2.0 * p - 1.0))[()]


def ndtri(p: npt.ArrayLike) -> Any:
    """The quantile of the standard normal, to about 1e-15 of itself.

    Wichura (1988), "Algorithm AS 241: the percentage points of the normal distribution".
    """
    p = np.asarray(p, dtype=np.float64)
    from_half = np.atleast_1d(p - 0.5)
    z = _ratio(NEAR_HALF, MIDDLE**2 - from_half * from_half)
    z *= from_half
    out = np.nonzero(np.abs(from_half) > MIDDLE)
    if len(out[0]):
        lower = np.minimum(np.atleast_1d(p)[out], 0.5 - from_half[out])
        with np.errstate(divide="ignore", invalid="ignore"):
            root = np.sqrt(-np.log(lower))
            far = root > FAR_OUT
            size = _ratio(IN_THE_TAIL, root - 1.6)
            size[far] = np.where(lower[far] > 0.0, _ratio(FAR_IN_THE_TAIL, root[far] - FAR_OUT), np.inf)
        z[out] = np.copysign(size, from_half[out])
    return z.reshape(p.shape)[()]


def _ratio(coefficients: tuple[tuple[float, float], ...], x: Floats) -> Floats:
    """The ratio of two polynomials; coefficients stand from the highest power down."""
    (first, second), *others = coefficients
    above, below = np.full_like(x, first), np.full_like(x, second)
    for a, b in others:
        above *= x
        above += a
        below *= x
        below += b
    above /= below
    return above
