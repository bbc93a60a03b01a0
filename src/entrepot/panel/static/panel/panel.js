// Small courtesies; every page works without them.
"use strict";

// Charts count rows: no ticks between whole numbers.
if (window.Chart) Chart.defaults.set("scales.linear", { ticks: { precision: 0 } });

// Unsaved cells: say so before the page is left, and mark what was changed.
document.addEventListener("input", (event) => {
  const cell = event.target;
  if (!cell.classList || !cell.classList.contains("cell")) return;
  const drawn = document.getElementsByName("initial-" + cell.name)[0];
  cell.classList.toggle("cell-changed", Boolean(drawn) && drawn.value !== cell.value);
});

let leaving = false;
document.addEventListener("submit", () => { leaving = true; });
window.addEventListener("beforeunload", (event) => {
  if (!leaving && document.querySelector(".cell-changed")) event.preventDefault();
});

// A press is one press: a second click while the first is on its way does nothing.
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector(".press[type=submit]");
  if (!button) return;
  if (button.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
  button.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
});
