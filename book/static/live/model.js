/* Bahdanau's model as chapter 5 builds it, on one sentence; the names are those of course_lib. */
(() => {
  "use strict";
  const Live = (globalThis.Live ??= {});
  const { product, add, sigmoid, tanh, dot, joined, weightedSum } = Live;
  const [PAD, BOS, EOS, UNK] = [0, 1, 2, 3];

  class Model {
    /** What course_lib.export wrote: options, two lists of words, and weights as whole numbers with a scale a row. */
    constructor({ options, source, target, tensors }) {
      this.options = options;
      this.source = source;
      this.target = target;
      this.ids = new Map(source.map((word, id) => [word, id]));
      this.tensors = new Map(Object.entries(tensors).map(([name, tensor]) => [name, read(tensor)]));
    }

    tensor(name) {
      return this.tensors.get(name);
    }

    /** W x + b of the layer `name`; without b where it has none. */
    linear(name, x) {
      const y = product(this.tensor(`${name}.weight`), x);
      const bias = this.tensor(`${name}.bias`);
      return bias ? add(y, bias.values) : y;
    }

    /** The vector of a word: row `id` of the embedding. */
    embed(name, id) {
      const { shape, values } = this.tensor(`${name}.embedding.weight`);
      return values.subarray(id * shape[1], (id + 1) * shape[1]);
    }

    /** Ids x_1 … EOS: the annotations h_j = [→h_j; ←h_j], the keys U_a h_j and the two ends →h_S, ←h_1.
     *
     * `padding` positions more stand behind, as beside a longer sentence: their annotations are 0, their mask false.
     */
    encode(ids, padding = 0) {
      const embedded = ids.map((id) => this.embed("encoder", id));
      const forward = this.run("", embedded);
      const backward = this.run("_reverse", [...embedded].reverse()).reverse();
      const memory = forward.map((state, j) => joined(state, backward[j]));
      const ends = [forward.at(-1), backward[0]];
      for (let j = 0; j < padding; j++) memory.push(new Float64Array(memory[0].length));
      const keys = memory.map((h) => this.linear("decoder.attention.U_a", h));
      return { memory, keys, ends, mask: memory.map((_, j) => j < ids.length) };
    }

    /** All states of one direction of the encoder's GRU, which is torch's: r ⊙ (U h + b). */
    run(direction, inputs) {
      const layer = (kind, x) => {
        const of = (part) => this.tensor(`encoder.rnn.${part}_${kind}_l0${direction}`);
        return add(product(of("weight"), x), of("bias").values);
      };
      let h = new Float64Array(this.tensor(`encoder.rnn.weight_hh_l0${direction}`).shape[1]);
      const H = h.length;
      return inputs.map((x) => {
        const [input, hidden] = [layer("ih", x), layer("hh", h)];
        h = h.map((old, k) => {
          const reset = sigmoid(input[k] + hidden[k]);
          const stays = sigmoid(input[H + k] + hidden[H + k]);
          const candidate = Math.tanh(input[2 * H + k] + reset * hidden[2 * H + k]);
          return (1 - stays) * candidate + stays * old;
        });
        return h;
      });
    }

    /** The state before the first step: s_0 = tanh(W_s ←h_1), or of both ends. */
    initialState({ memory, ends }) {
      const start = this.options.initial === "backward" ? ends[1] : joined(...ends);
      return {
        hidden: tanh(this.linear("decoder.W_s", start)),
        context: new Float64Array(memory[0].length), // c_{i-1}, which only query="after" reads
        coverage: new Float64Array(memory.length), // the sum of the weights so far
      };
    }

    /** Read y_{i-1}: the logits of y_i, the state s_i, and what the look gave. `hand` may change its weights. */
    step(previous, state, encoded, hand) {
      const embedded = this.embed("decoder", previous);
      const asksBefore = this.options.query === "before";
      const s = state.hidden;
      let look, after, read;
      if (asksBefore) {
        look = this.look(s, state, encoded, hand);
        after = this.cell(embedded, s, look.context);
        read = s;
      } else {
        after = this.cell(embedded, s, state.context);
        look = this.look(after, state, encoded, hand);
        read = this.options.read_state === "query" ? after : s;
      }
      return {
        logits: this.readout(read, embedded, look.context),
        state: { hidden: after, context: look.context, coverage: add(state.coverage, look.weights) },
        look,
      };
    }

    /** Score, softmax, weighted sum: e_ij = v_a · tanh(W_a s + U_a h_j), α_ij, c_i. */
    look(query, { coverage }, { memory, keys, mask }, hand) {
      const asked = this.linear("decoder.attention.W_a", query);
      const v = this.tensor("decoder.attention.v_a").values;
      const w = this.tensor("decoder.attention.w_c")?.values;
      const scores = keys.map((key, j) => {
        const covered = w ? w.map((value) => value * coverage[j]) : new Float64Array(v.length);
        return dot(v, tanh(add(asked, key, covered)));
      });
      const { own, weights, seen } = hand(scores, mask);
      return { scores: seen, own, weights, context: weightedSum(weights, memory) };
    }

    /** The gated unit of the appendix: update z, reset r, candidate; s_i = (1 − z) s + z s̃. */
    cell(embedded, s, context) {
      const H = s.length;
      const told = add(this.linear("decoder.cell.W", embedded), this.linear("decoder.cell.C", context));
      const gates = this.linear("decoder.cell.U_gates", s);
      const update = s.map((_, k) => sigmoid(told[k] + gates[k]));
      const kept = s.map((old, k) => sigmoid(told[H + k] + gates[H + k]) * old);
      const again = this.linear("decoder.cell.U", kept);
      return s.map((old, k) => (1 - update[k]) * old + update[k] * Math.tanh(told[2 * H + k] + again[k]));
    }

    /** The logits of y_i: by a maxout, the larger of each two neighbours, or straight from [s; E y; c]. */
    readout(s, embedded, context) {
      if (this.options.readout === "linear") return this.linear("decoder.readout.W_o", joined(s, embedded, context));
      const candidates = add(
        this.linear("decoder.readout.U_o", s),
        this.linear("decoder.readout.V_o", embedded),
        this.linear("decoder.readout.C_o", context),
      );
      const larger = Float64Array.from({ length: candidates.length / 2 }, (_, k) =>
        Math.max(candidates[2 * k], candidates[2 * k + 1]),
      );
      return this.linear("decoder.readout.W_o", larger);
    }
  }

  /** Bytes in base64, which every browser and node read. */
  function bytes(text) {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;
  }

  /** A tensor: numbers as they are, or whole numbers of which row i is to be multiplied by scale i. */
  function read({ shape, floats, scales, rows }) {
    if (floats !== undefined) return { shape, values: Float64Array.from(new Float32Array(bytes(floats))) };
    const [steps, whole] = [new Float32Array(bytes(scales)), new Int8Array(bytes(rows))];
    const wide = whole.length / steps.length;
    return { shape, values: Float64Array.from(whole, (n, k) => Math.fround(n * steps[Math.floor(k / wide)])) };
  }

  Object.assign(Live, { Model, PAD, BOS, EOS, UNK });
})();
