/* Finds the places of a page where a model is to run, and fetches what that takes when the reader comes near. */
(() => {
  "use strict";
  const here = document.currentScript.src;
  const NEAR = "600px"; // below the screen: time enough to load
  const PARTS = ["arithmetic", "model", "search", "words", "drawing", "element"];
  const models = new Map();

  globalThis.Live = {
    /** What the script of a model calls: a page opened from a file may load scripts, and no other file. */
    take: (name, content) => models.set(name, content),
  };

  function script(name) {
    return new Promise((done, failed) => {
      const element = document.createElement("script");
      element.src = new URL(`${name}.js`, here);
      element.onload = done;
      element.onerror = () => failed(new Error(`${name}.js did not load`));
      document.head.append(element);
    });
  }

  function stylesheet() {
    return new Promise((done, failed) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("live.css", here) });
      link.onload = done;
      link.onerror = () => failed(new Error("live.css did not load"));
      document.head.append(link);
    });
  }

  let parts;

  /** Fetch the parts once, one after the other, for each builds on those before. */
  function allParts() {
    parts ??= [stylesheet, ...PARTS.map((name) => () => script(name))].reduce((before, next) => before.then(next), Promise.resolve());
    return parts;
  }

  async function begin(place) {
    const name = place.dataset.live;
    if (!/^[a-z\d-]+$/.test(name)) return;
    try {
      await allParts();
      if (!models.has(name)) await script(name);
      globalThis.Live.begin(place, new globalThis.Live.Model(models.get(name)));
      place.classList.add("alive");
    } catch (problem) {
      console.warn(`The model stays away, and the ready-made sentence in its place: ${problem.message}`);
    }
  }

  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        watcher.unobserve(target);
        begin(target);
      }
    },
    { rootMargin: NEAR },
  );
  for (const place of document.querySelectorAll("[data-live]")) watcher.observe(place);
})();
