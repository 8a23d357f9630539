/* Run the scripts of book/static/live/ on what a test has written down: node live_run.js FOLDER CASES.json > FOUND.json */
"use strict";
const { readFileSync } = require("node:fs");
const { runInThisContext } = require("node:vm");
const [, , folder, cases] = process.argv;

for (const name of ["arithmetic", "model", "search", "words"]) {
  const path = `${folder}/${name}.js`;
  runInThisContext(readFileSync(path, "utf-8"), { filename: path });
}
const { Live } = globalThis;
const { models, runs, texts } = JSON.parse(readFileSync(cases, "utf-8"));
const made = models.map((text) => new Live.Model(JSON.parse(text)));

const seen = runs.map(({ model, words, hands }) => {
  const found = Live.translate(made[model], words, { ...hands, held: new Map(hands.held) });
  const steps = found.steps.map((step) => ({
    ...step,
    scores: step.scores.map((score) => (score === -Infinity ? null : score)), // JSON has no infinity
    context: [...step.context],
    logits: [...step.logits],
  }));
  return { ...found, steps };
});
const read = texts.map(({ model, text }) => {
  const words = Live.split(made[model], text);
  return { words: words.slice(0, 50), problem: Live.problem(made[model], words), offers: Live.offers(made[model], text) };
});
process.stdout.write(JSON.stringify({ seen, read }));
