/* The model in a page: a box to type in, its translation, its look, and what a reader may do to that. */
(() => {
  "use strict";
  const Live = (globalThis.Live ??= {});
  const { make, word, decimal, split, problem, offers, translate } = Live;
  const QUIET = 700; // ms: a screen reader is told the result once the hand rests
  const PADDING = 3;

  class Place {
    constructor(model, sentence) {
      this.model = model;
      this.id = `live-${document.querySelectorAll(".live").length}`;
      this.words = [];
      this.held = new Map();
      this.build(sentence);
      this.read();
    }

    // What stands on the page

    build(sentence) {
      this.box = make("input", { type: "text", id: this.id, value: sentence, autocomplete: "off", autocapitalize: "off", spellcheck: "false", oninput: () => this.read() });
      this.offered = make("div", { class: "offers", role: "group", "aria-label": "Words that the model knows" });
      this.status = make("p", { role: "status" });
      this.said = make("p", { class: "said", lang: "fr" });
      this.step = this.slider("Step", { min: 0, max: 0, value: 0 }, () => this.show());
      this.temperature = this.slider("Temperature", { min: -4, max: 4, step: 0.5, value: 0 }, () => this.run());
      this.unmasked = make("input", { type: "checkbox", onchange: () => this.run() });
      this.position = make("select", { "aria-label": "Source word", onchange: () => this.show() });
      this.share = this.slider("Its weight", { min: 0, max: 1, step: 0.01, value: 0 }, () => this.hold(Number(this.share.control.value)));
      this.look = make("div", { class: "scroll" });
      this.top = make("div", { class: "scroll" });
      this.map = make("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": "Heat map" });
      this.context = make("div", { class: "context" });
      const button = (text, deed) => make("button", { type: "button", onclick: deed }, text);
      this.element = make(
        "div",
        { class: "live" },
        make("label", { for: this.id }, "An English sentence"),
        this.box,
        this.offered,
        this.status,
        this.said,
        this.step.row,
        make(
          "fieldset",
          {},
          make("legend", {}, "Your hands on the look of this step"),
          make("label", {}, "Source word ", this.position),
          this.share.row,
          make("div", { class: "buttons" }, button("Pin: all of it", () => this.hold(1)), button("Switch off", () => this.hold(0)), button("Let go", () => this.letGo())),
        ),
        make(
          "fieldset",
          {},
          make("legend", {}, "On every look"),
          this.temperature.row,
          make("label", {}, this.unmasked, ` Take the mask away, with ${PADDING} <pad> behind the sentence`),
          make("div", { class: "buttons" }, button("Everything as the model has it", () => this.reset())),
        ),
        make("div", { class: "beside" }, this.look, make("div", {}, this.top, this.context)),
        this.map,
      );
    }

    /** A named slider with what it says beside it. */
    slider(name, range, deed) {
      const control = make("input", { type: "range", ...range, oninput: deed });
      const says = make("span", { class: "value", "aria-hidden": "true" });
      return { control, says, row: make("label", { class: "slider" }, make("span", {}, name), control, says) };
    }

    say({ control, says }, text) {
      says.textContent = text;
      control.setAttribute("aria-valuetext", text);
    }

    // What the reader does

    /** Read the box: translate what it holds, or say what is in the way and leave the last translation standing, faint. */
    read() {
      const words = split(this.model, this.box.value);
      const wrong = problem(this.model, words);
      this.offer();
      this.element.classList.toggle("stale", wrong !== undefined);
      if (wrong !== undefined) return this.announce(wrong);
      if (words.join(" ") !== this.words.join(" ")) this.held.clear();
      this.words = words;
      this.run();
    }

    offer() {
      const words = offers(this.model, this.box.value.slice(-100));
      this.offered.replaceChildren(...words.map((text) => make("button", { type: "button", onclick: () => this.take(text) }, word(text))));
    }

    /** Put an offered word in the place of the last one, and go on typing. */
    take(text) {
      this.box.value = this.box.value.replace(/\S+$/u, `${text} `);
      this.box.focus();
      this.read();
    }

    hold(share) {
      this.held.set(this.at, { position: this.position.selectedIndex, share });
      this.run();
    }

    letGo() {
      this.held.delete(this.at);
      this.run();
    }

    reset() {
      this.held.clear();
      this.temperature.control.value = 0;
      this.unmasked.checked = false;
      this.run();
    }

    get at() {
      return Number(this.step.control.value);
    }

    // What is shown then

    run() {
      if (!this.words.length) return;
      const masked = !this.unmasked.checked;
      const temperature = 2 ** Number(this.temperature.control.value);
      this.trace = translate(this.model, this.words, { temperature, masked, padding: masked ? 0 : PADDING, held: this.held });
      this.say(this.temperature, decimal(temperature));
      this.step.control.max = this.trace.steps.length - 1;
      const chosen = Math.max(this.position.selectedIndex, 0);
      this.position.replaceChildren(...this.trace.source.map((text, j) => make("option", {}, `${j + 1} · ${text}`)));
      this.position.selectedIndex = Math.min(chosen, this.trace.source.length - 1);
      this.show();
      this.announce(`Translated: ${this.trace.steps.map((step) => step.word).filter((text) => text !== "</s>").join(" ")}`);
    }

    show() {
      if (!this.trace) return;
      const [{ steps }, at] = [this.trace, this.at];
      const now = steps[at];
      this.said.replaceChildren(...steps.flatMap((step, i) => [make("bdi", i === at ? { class: "now" } : {}, step.word), " "]));
      this.say(this.step, `${at + 1} of ${steps.length}: writing ‘${now.word}’`);
      const weight = now.weights[this.position.selectedIndex];
      this.share.control.value = weight;
      this.say(this.share, `${decimal(weight)}${this.held.has(at) ? ", held" : ""}`);
      this.look.replaceChildren(Live.lookTable(this.trace, at));
      this.top.replaceChildren(Live.topTable(now));
      this.context.replaceChildren(make("span", {}, "The context c"), Live.bars(now.context, `Context of step ${at + 1}, ${now.context.length} numbers`));
      this.map.replaceChildren(Live.heatMap(this.trace, at));
    }

    announce(text) {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => (this.status.textContent = text), QUIET);
    }
  }

  /** Let a model run in `place`, beginning with the sentence that stood there. */
  function begin(place, model) {
    place.append(new Place(model, place.dataset.sentence ?? "").element);
  }

  Object.assign(Live, { begin });
})();
