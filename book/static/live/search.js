/* Greedy search, every step written down, and a reader's hands on the look. */
(() => {
  "use strict";
  const Live = (globalThis.Live ??= {});
  const { softmax, PAD, BOS, EOS } = Live;
  const TOP = 5;

  /**
   * Translate words that the model knows, taking the most probable word at each step.
   *
   * `hands` say what is done to the look; without them nothing is:
   *   temperature  the scores are divided by it before the softmax
   *   padding      so many <pad> stand behind the sentence
   *   masked       false: they are looked at like words
   *   held         step -> { position, share }: this position is given that share of the weight
   */
  function translate(model, words, hands = {}) {
    const { temperature = 1, padding = 0, masked = true, held = new Map() } = hands;
    const ids = [...words.map((word) => model.ids.get(word)), EOS];
    const encoded = model.encode(ids, padding);
    if (!masked) encoded.mask.fill(true);
    const limit = 2 * words.length + 10;
    const steps = [];
    let [previous, state] = [BOS, model.initialState(encoded)];
    while (previous !== EOS && steps.length <= limit) {
      const hand = (scores, mask) => weigh(scores, mask, temperature, held.get(steps.length));
      const output = model.step(previous, state, encoded, hand);
      const chances = softmax(output.logits);
      const best = [...chances.keys()].sort((a, b) => chances[b] - chances[a] || a - b);
      previous = best.find((id) => id !== PAD && id !== BOS);
      state = output.state;
      const top = best.slice(0, TOP).map((id) => ({ word: model.target[id], probability: chances[id] }));
      steps.push({ word: model.target[previous], ...output.look, logits: output.logits, top });
    }
    return { source: [...words, "</s>", ...Array(padding).fill("<pad>")], steps, finished: previous === EOS };
  }

  /** From scores to weights: the mask, the temperature, and what is held. `own` are the weights before the last. */
  function weigh(scores, mask, temperature, hold) {
    const seen = scores.map((score, j) => (mask[j] ? score : -Infinity));
    const own = softmax(seen.map((score) => score / temperature));
    return { seen, own, weights: hold ? give(own, mask, hold) : own };
  }

  /**
   * Give `position` the `share`; what is left goes to the others in proportion to what they had.
   *
   * A share of 1 pins the look, 0 switches the weight off. Where the others had nothing they share alike; where there
   * are no others the one word keeps it all.
   */
  function give(own, mask, { position, share }) {
    const others = own.reduce((sum, weight, j) => sum + (j === position ? 0 : weight), 0);
    const rivals = mask.filter((real, j) => real && j !== position).length;
    if (!rivals) return own;
    return own.map((weight, j) => {
      if (j === position) return share;
      if (!mask[j]) return 0;
      return others > 0 ? ((1 - share) * weight) / others : (1 - share) / rivals;
    });
  }

  Object.assign(Live, { translate });
})();
