// Small dense algebra: matrices are lists of rows.

/** The sum of the products of two rows. */
export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Adds a multiple of one row to another. */
export function addTo(row, factor, other) {
  for (let i = 0; i < row.length; i++) row[i] += factor * other[i];
}

/**
 * The lower triangle whose product with itself, turned, is a positive definite matrix; throws RangeError
 * for any other.
 * @param {ArrayLike<number>[]} matrix @returns {Float64Array[]}
 */
export function cholesky(matrix) {
  const lower = matrix.map((_, i) => new Float64Array(i + 1));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let left = matrix[i][j];
      for (let k = 0; k < j; k++) left -= lower[i][k] * lower[j][k];
      if (i === j && !(left > 0)) throw new RangeError("a matrix that is not positive definite");
      lower[i][j] = i === j ? Math.sqrt(left) : left / lower[j][j];
    }
  }
  return lower;
}

/** What a lower triangle makes a column from: x where `lower x = column`. */
export function solvedBelow(lower, column) {
  const x = Float64Array.from(column);
  for (let i = 0; i < x.length; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i][k] * x[k];
    x[i] /= lower[i][i];
  }
  return x;
}

/** x where the matrix that has this lower triangle makes a column of it. */
export function solved(lower, column) {
  const x = solvedBelow(lower, column);
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i] -= lower[k][i] * x[k];
    x[i] /= lower[i][i];
  }
  return x;
}
