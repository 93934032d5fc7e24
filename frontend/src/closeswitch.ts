/** The slider "Mark Activity as Closed": it moves at once and sends its form. */

import { all, from } from "./dom";

export function start(): void {
  document.addEventListener("click", (event) => {
    const slider = from<HTMLButtonElement>(event, "button[role=switch][data-switch]");
    if (!slider) return;
    const on = slider.getAttribute("aria-checked") === "true";
    slider.dataset["was"] = String(on);
    slider.setAttribute("aria-checked", String(!on));
  });
  // The page is drawn by the server; one that comes back from the browser's memory shows what it had said.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const slider of all<HTMLElement>("button[role=switch][data-was]")) {
      slider.setAttribute("aria-checked", slider.dataset["was"] ?? "false");
      delete slider.dataset["was"];
    }
  });
}
