/* From what is typed to words that the model knows, and to those that it might have meant. */
(() => {
  "use strict";
  const Live = (globalThis.Live ??= {});
  const RESERVED = 4; // <pad> <s> </s> <unk>: no words, so nobody can type them
  const MOST_SIGNS = 4000; // a pasted book is not read to its end
  const LONGEST = 40; // words

  const knows = (model, word) => model.ids.get(word) >= RESERVED;

  /** The words of a text: split at spaces, marks taken off the ends where only so the word is known. */
  function split(model, text) {
    return text.slice(0, MOST_SIGNS).split(/\s+/u).filter(Boolean).flatMap((piece) => taken(model, piece));
  }

  function taken(model, piece) {
    const small = piece.toLowerCase();
    if (knows(model, piece)) return [piece];
    if (knows(model, small)) return [small];
    const [, word, mark] = small.replace("’", "'").match(/^(.+?)([.,!?;:]|'s)$/u) ?? [];
    return word ? [...taken(model, word), mark] : [small];
  }

  /** The first problem of these words, in one sentence; undefined where the model can read them. */
  function problem(model, words) {
    if (!words.length) return "Type a sentence.";
    if (words.length > LONGEST) return `That is a long text: ${LONGEST} words at most. Shorten it.`;
    const unknown = words.find((word) => !knows(model, word));
    if (unknown === undefined) return undefined;
    const near = nearest(model, unknown);
    const hint = near.length ? ` Nearest: ${near.map((word) => `‘${word}’`).join(", ")}.` : "";
    return `‘${short(unknown)}’ is not among the ${model.source.length - RESERVED} words of this model.${hint}`;
  }

  /** At most three known words that differ by few letters, the nearest first. */
  function nearest(model, unknown) {
    const most = Math.max(1, Math.floor(unknown.length / 3));
    if (unknown.length > 30) return [];
    const found = model.source.slice(RESERVED).map((word) => ({ word, far: distance(unknown, word) }));
    return found.filter(({ far }) => far <= most).sort((a, b) => a.far - b.far).slice(0, 3).map(({ word }) => word);
  }

  /** Letters to put in, leave out or replace on the way from one word to the other. */
  function distance(one, other) {
    let row = Array.from({ length: other.length + 1 }, (_, k) => k);
    for (let i = 1; i <= one.length; i++) {
      const above = row;
      row = [i];
      for (let k = 1; k <= other.length; k++) {
        const replaced = above[k - 1] + (one[i - 1] === other[k - 1] ? 0 : 1);
        row.push(Math.min(replaced, above[k] + 1, row[k - 1] + 1));
      }
    }
    return row.at(-1);
  }

  /** At most `count` known words that begin as the last piece of the text does. */
  function offers(model, text, count = 6) {
    const begun = text.match(/\S+$/u)?.[0].toLowerCase();
    if (!begun) return [];
    return model.source.slice(RESERVED).filter((word) => word !== begun && word.startsWith(begun)).slice(0, count);
  }

  const short = (word) => (word.length > 30 ? `${word.slice(0, 29)}…` : word);

  Object.assign(Live, { split, problem, nearest, offers });
})();
