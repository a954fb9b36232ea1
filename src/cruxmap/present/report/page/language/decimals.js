/**
 * Decimal numbers without rounding, as the notation of judgements needs them, and numbers to a few digits.
 */

/**
 * A decimal number: `digits * 10 ** exponent`.
 * @typedef {{digits: bigint, exponent: number}} Decimal
 */

const DIGITS_OF_A_QUOTIENT = 60;
const LARGEST_EXACT = 9007199254740992n;

/**
 * Read a number such as `0.05`, `.5`, `1e-9`; the caller has seen that it is one.
 * @param {string} text
 * @returns {Decimal}
 */
export function decimalOf(text) {
  const [mantissa, power = "0"] = text.toLowerCase().split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

/** Return two decimals as whole numbers in the same proportion. */
export function inProportion(first, second) {
  const least = Math.min(first.exponent, second.exponent);
  return [scaled(first, least), scaled(second, least)];
}

function scaled(number, exponent) {
  return number.digits * 10n ** BigInt(number.exponent - exponent);
}

/** Return the number nearest to the quotient of two whole numbers; NaN for a divisor of 0. */
export function quotient(dividend, divisor) {
  if (divisor === 0n) return NaN;
  if (dividend < 0n) return -quotient(-dividend, divisor);
  if (divisor < 0n) return -quotient(dividend, -divisor);
  if (dividend <= LARGEST_EXACT && divisor <= LARGEST_EXACT) return Number(dividend) / Number(divisor);
  const ahead = DIGITS_OF_A_QUOTIENT + `${divisor}`.length - `${dividend}`.length;
  const shift = 10n ** BigInt(Math.abs(ahead));
  const [above, below] = ahead > 0 ? [dividend * shift, divisor] : [dividend, divisor * shift];
  const inexact = above % below === 0n ? "" : "1"; // so that what lies beyond a tie is not taken for one
  return Number(`${above / below}${inexact}e${-ahead - inexact.length}`);
}

/** Return a float's shortest decimal, which reads back to it. */
export function shortest(number) {
  return decimalOf(String(number));
}

/** Return 1 minus a decimal. */
export function oneMinus(number) {
  const [one, other] = inProportion({ digits: 1n, exponent: 0 }, number);
  return { digits: one - other, exponent: Math.min(0, number.exponent) };
}

/** Return the float nearest to a decimal. */
export function floatOf(number) {
  return Number(`${number.digits}e${number.exponent}`);
}

/** Return `1 - p` as a person does the sum, digit by digit: 99% leaves 1%. */
export function complement(p) {
  return floatOf(oneMinus(shortest(p)));
}

/** Write a decimal plainly, or with an exponent where it is very small or very large. */
export function numeral(number) {
  if (number.digits === 0n) return "0";
  const sign = number.digits < 0n ? "-" : "";
  const written = `${number.digits < 0n ? -number.digits : number.digits}`;
  const digits = written.replace(/0+$/, "");
  const adjusted = number.exponent + written.length - 1;
  if (adjusted < -6 || adjusted > 15) {
    return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ""}e${adjusted}`;
  }
  if (adjusted < 0) return `${sign}0.${"0".repeat(-adjusted - 1)}${digits}`;
  const whole = digits.slice(0, adjusted + 1).padEnd(adjusted + 1, "0");
  const fraction = digits.slice(adjusted + 1);
  return `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Write a number with so many decimals, ties to the even digit, as Python's `.{decimals}f` does. */
export function fixed(number, decimals) {
  const written = number.toFixed(decimals);
  const longer = number.toFixed(decimals + 1);
  const isTie = longer.endsWith("5") && Number.isInteger(number * 2 ** (decimals + 1));
  return isTie ? toEven(longer, written) : written;
}

/**
 * Write a number as `1.2e-3`, with so many decimals, ties to the even digit, as Python's `.{decimals}e`
 * does.
 */
export function scientific(number, decimals) {
  const [longer] = number.toExponential(decimals + 1).split("e");
  const written = number.toExponential(decimals);
  let mended = written;
  if (longer.endsWith("5") && /^0*$/.test(exactDigits(number).slice(decimals + 2))) {
    const [, power] = number.toExponential(decimals + 1).split("e");
    mended = `${toEven(longer, written.split("e")[0])}e${written.split("e")[1]}`;
    if (power !== written.split("e")[1]) mended = written; // 9.5 became 1e+1: 10 is even
  }
  const [mantissa, exponent] = mended.split("e");
  return `${mantissa}e${Number(exponent)}`;
}

function exactDigits(number) {
  return Math.abs(number).toExponential(100).split("e")[0].replace(".", "");
}

/**
 * Choose of what a tie may become the one with an even last digit: `tie` cut off, or `other`, away from
 * zero.
 */
function toEven(tie, other) {
  const cut = tie.slice(0, -1).replace(/\.$/, "");
  return Number(cut.at(-1)) % 2 === 0 ? cut : other;
}

/** Write a number with so many digits, as Python's `.{digits}g` does but for the form of the exponent. */
export function general(number, digits) {
  if (number === 0) return "0";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  const [mantissa, exponent] = scientific(number, digits - 1).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < digits) return plainZeros(fixed(number, digits - 1 - power));
  const sign = power < 0 ? "-" : "+";
  return `${plainZeros(mantissa)}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}

function plainZeros(written) {
  return written.includes(".") ? written.replace(/\.?0+$/, "") : written;
}
