/* The arithmetic of the chapters on plain arrays of numbers: one sentence, one vector at a time. */
(() => {
  "use strict";
  const Live = (globalThis.Live ??= {});

  /** A matrix W of shape (rows, columns), row by row, and x (columns): W x (rows). */
  function product({ shape: [rows, columns], values }, x) {
    const y = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let k = 0, at = i * columns; k < columns; k++, at++) sum += values[at] * x[k];
      y[i] = sum;
    }
    return y;
  }

  const add = (...vectors) => vectors[0].map((_, i) => vectors.reduce((sum, vector) => sum + vector[i], 0));
  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const tanh = (vector) => vector.map(Math.tanh);
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);

  /** Vectors one after the other, as a single one: [x; y]. */
  function joined(...vectors) {
    return Float64Array.from(vectors.flatMap((vector) => [...vector]));
  }

  /** The softmax of scores; a score of −∞ has weight 0. The largest is taken off first, so that no exponential overflows. */
  function softmax(scores) {
    const largest = Math.max(...scores);
    const shares = scores.map((score) => Math.exp(score - largest));
    const sum = shares.reduce((one, other) => one + other, 0);
    return shares.map((share) => share / sum);
  }

  /** Σ_j α_j h_j. */
  function weightedSum(weights, values) {
    const sum = new Float64Array(values[0].length);
    weights.forEach((weight, j) => values[j].forEach((value, m) => (sum[m] += weight * value)));
    return sum;
  }

  Object.assign(Live, { product, add, sigmoid, tanh, dot, joined, softmax, weightedSum });
})();
