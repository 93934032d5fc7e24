/** Menus made of details close when somebody presses Escape, clicks elsewhere or moves on. */

import { all, from } from "./dom";

export function start(): void {
  document.addEventListener("click", (event) => {
    const inside = from<HTMLDetailsElement>(event, "details[data-menu]");
    for (const menu of all<HTMLDetailsElement>("details[data-menu][open]")) if (menu !== inside) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all<HTMLDetailsElement>("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
  document.addEventListener("focusout", (event) => {
    const menu = from<HTMLDetailsElement>(event, "details[data-menu][open]");
    if (menu && event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}
