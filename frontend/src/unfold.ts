/** Filters folded away on a phone: a button unfolds them, and they stay so when htmx draws the list anew. */

import { all, from } from "./dom";

let unfolded = false;

export function draw(): void {
  for (const button of all<HTMLButtonElement>("[data-unfold]")) {
    button.setAttribute("aria-expanded", String(unfolded));
    button.closest("form")?.classList.toggle("is-unfolded", unfolded);
  }
}

export function start(): void {
  document.addEventListener("click", (event) => {
    if (!from(event, "[data-unfold]")) return;
    unfolded = !unfolded;
    draw();
  });
  draw();
}
