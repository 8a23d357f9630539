/* What the widgets of a page need beyond their own script: names for their controls, and formulas. */
(() => {
  "use strict";

  // The widget manager speaks to MathJax 2 (MathJax.Hub.Queue(["Typeset", MathJax.Hub, element])); the
  // book carries MathJax 3, which typesets by a promise.
  function teachMathJaxTwo() {
    const mathjax = window.MathJax;
    if (!mathjax || mathjax.Hub) return;
    const typeset = (element) => mathjax.typesetPromise?.(element ? [element] : undefined);
    mathjax.Hub = {
      Config() {},
      Configured() {},
      Queue(...calls) {
        for (const call of calls) {
          if (typeof call === "function") call();
          else if (Array.isArray(call) && call[0] === "Typeset") typeset(call[2]);
        }
      },
    };
  }

  /** The words that stand beside a control: its widget's label, or the next one before it. */
  function labelOf(control) {
    const own = control.closest(".jupyter-widgets, .widget-inline-hbox");
    const text = own?.querySelector(".widget-label")?.textContent.trim();
    return text || "";
  }

  const playButtons = ["Play or pause", "Stop and go back to the start", "Repeat"];

  /** Core widgets give sliders and Play buttons no accessible name (ipywidgets has an issue open). */
  function nameControls(root) {
    for (const slider of root.querySelectorAll(".jupyter-widgets [role=slider], .jupyter-widgets .noUi-handle")) {
      const label = labelOf(slider);
      if (!slider.hasAttribute("aria-label")) slider.setAttribute("aria-label", label || "Slider");
      announceValue(slider);
    }
    // A new frame is read out once the reader's hand rests.
    for (const stage of root.querySelectorAll(".course-stage")) stage.setAttribute("aria-live", "polite");
    for (const play of root.querySelectorAll(".widget-play")) {
      const row = play.parentElement;
      const label = row ? [...row.querySelectorAll(".widget-label")].map((l) => l.textContent.trim())[0] : "";
      play.querySelectorAll("button").forEach((button, index) => {
        const name = [button.title || playButtons[index], label].filter(Boolean).join(": ");
        if (!button.hasAttribute("aria-label")) button.setAttribute("aria-label", name);
        button.querySelectorAll("i, svg").forEach((icon) => icon.setAttribute("aria-hidden", "true"));
      });
    }
    // A picture that scrolls is a group: as a region, two of them on a page would be landmarks of one name.
    for (const box of root.querySelectorAll(".course-frame [role=region]")) box.setAttribute("role", "group");
    for (const field of root.querySelectorAll(".jupyter-widgets input, .jupyter-widgets select, .jupyter-widgets textarea")) {
      if (field.labels?.length || field.hasAttribute("aria-label")) continue;
      field.setAttribute("aria-label", labelOf(field) || field.placeholder || "Value");
    }
    for (const readout of root.querySelectorAll(".widget-readout[contenteditable=true]")) {
      if (readout.hasAttribute("aria-label")) continue;
      readout.setAttribute("role", "textbox");
      readout.setAttribute("aria-label", `Value: ${labelOf(readout)}`);
    }
  }

  /** Let a screen reader say what the readout shows ("3 of 12"), not the slider's bare number. */
  function announceValue(slider) {
    const readout = slider.closest(".jupyter-widgets")?.querySelector(".widget-readout");
    const text = readout?.textContent.trim();
    if (text && slider.getAttribute("aria-valuetext") !== text) slider.setAttribute("aria-valuetext", text);
  }

  function watch() {
    nameControls(document);
    let waiting = false;
    new MutationObserver(() => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        nameControls(document);
      });
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  }

  /** On paper the page is light, and nothing stays folded away. */
  function prepareForPrint() {
    const page = document.documentElement;
    let theme = page.dataset.theme;
    let opened = [];
    window.matchMedia("print").addEventListener("change", ({ matches }) => {
      if (matches) {
        theme = page.dataset.theme;
        page.dataset.theme = "light";
        opened = [...document.querySelectorAll("details:not([open])")];
      } else page.dataset.theme = theme;
      for (const box of opened) box.open = matches;
    });
  }

  prepareForPrint();
  window.MathJax?.startup?.promise?.then(teachMathJaxTwo);
  teachMathJaxTwo();
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
