/* Loaded before the theme's own scripts, which read what is set here. */

// Font Awesome would replace the <i> icons inside the Play widget by <svg>; the widget then throws at
// its first change and every slider on the page stops. Icons that are there at the start are still drawn.
window.FontAwesomeConfig = { observeMutations: false };

// Says to the stylesheet that scripts run: only then is a widget's static stand-in hidden on screen.
document.documentElement.classList.add("course-js");
