/** A button that prints the page; without scripts it is not there, and the browser's own menu is. */

import { all, from } from "./dom";

export function start(): void {
  for (const button of all<HTMLButtonElement>("[data-print]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    if (from(event, "[data-print]")) window.print();
  });
}
