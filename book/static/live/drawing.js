/* What a trace looks like: words, tables and bars. Text goes in as text, never as markup. */
(() => {
  "use strict";
  const Live = (globalThis.Live ??= {});

  /** An element with its attributes; "onclick" and its like take a function, "share" tints by a weight. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name === "share") element.style.setProperty("--share", Math.sqrt(value)); // as course_lib/shades.py
      else if (value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  }

  const word = (text) => make("bdi", {}, text);
  const minus = (text) => text.replace("-", "−");
  const decimal = (value) => (value === -Infinity ? "−∞" : minus(value.toFixed(2)).replace("−0.00", "0.00"));

  function table(caption, heads, rows) {
    return make(
      "table",
      {},
      make("caption", {}, caption),
      make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, ...rows),
    );
  }

  /** The look of one step: each source word with its score and weight; with a third column where a weight is held. */
  function lookTable(trace, step) {
    const { scores, own, weights } = trace.steps[step];
    const changed = own !== weights;
    const rows = trace.source.map((text, j) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, word(text)),
        make("td", { class: "score" }, decimal(scores[j])),
        ...(changed ? [make("td", { class: "own" }, decimal(own[j]))] : []),
        make("td", { class: "weight", share: weights[j] }, decimal(weights[j])),
      ),
    );
    const heads = ["word", "score e", ...(changed ? ["the model’s own α"] : []), changed ? "α in your hands" : "weight α"];
    return table(`The look that writes ‘${trace.steps[step].word}’`, heads, rows);
  }

  /** The five likeliest words of a step. */
  function topTable({ top, word: written }) {
    const rows = top.map(({ word: text, probability }) =>
      make(
        "tr",
        text === written ? { class: "now" } : {},
        make("th", { scope: "row" }, word(text)),
        make("td", { class: "chance", share: probability ** 2 }, decimal(probability)),
      ),
    );
    return table("The likeliest next words", ["word", "probability"], rows);
  }

  /** A weight as narrow as it can be written: .97, 1, and 0 for what rounds to it. */
  function cell(weight) {
    const text = decimal(weight).replace(/^0\./, ".").replace("1.00", "1");
    return text === ".00" ? make("td", { class: "none" }, "0") : make("td", { share: weight }, text);
  }

  /** All weights: a row a target word, a column a source word; the row of the step is outlined. */
  function heatMap(trace, step) {
    const rows = trace.steps.map(({ word: text, weights }, i) =>
      make(
        "tr",
        i === step ? { class: "now" } : {},
        make("th", { scope: "row" }, word(text)),
        ...weights.map(cell),
      ),
    );
    return table("All weights: a row a French word, a column an English one", ["", ...trace.source.map(word)], rows);
  }

  /** A vector as bars up and down from a line. */
  function bars(vector, label) {
    const largest = Math.max(...vector.map(Math.abs)) || 1;
    const outline = [...vector].map((value) => `V${Math.round((-10 * value) / largest)}h1`).join("");
    const svg = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
    const [drawing, path] = [svg("svg"), svg("path")];
    const size = { viewBox: `0 -10 ${vector.length} 20`, preserveAspectRatio: "none", role: "img", "aria-label": label };
    for (const [name, value] of Object.entries(size)) drawing.setAttribute(name, value);
    path.setAttribute("d", `M0 0${outline}V0z`);
    drawing.append(path);
    return drawing;
  }

  Object.assign(Live, { make, word, decimal, lookTable, topTable, heatMap, bars });
})();
