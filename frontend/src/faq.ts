/** The questions beside the form follow the field that has the focus; below the form they all stand open. */

import { all, from } from "./dom";

const BESIDE = window.matchMedia("(min-width: 64em)");

export function start(list: HTMLElement): void {
  const panels = all<HTMLElement>("[data-faq]", list);
  const button = list.querySelector<HTMLButtonElement>("[data-faq-all]");
  let following = true;
  let current = panels[0] ?? null;

  const draw = (): void => {
    const alone = following && BESIDE.matches && panels.length > 1;
    for (const panel of panels) panel.hidden = alone && panel !== current;
    if (button) button.hidden = !alone;
  };

  document.addEventListener("focusin", (event) => {
    const field = from<HTMLElement>(event, "form [data-field]");
    if (!field || list.contains(field)) return;
    const found = panelFor(field, panels);
    if (!found) return;
    following = true;
    current = found;
    draw();
  });
  button?.addEventListener("click", () => {
    following = false;
    draw();
    panels[0]?.focus();
  });
  BESIDE.addEventListener("change", draw);
  draw();
}

/** The panel of the field, or of the nearest field around it. */
function panelFor(field: HTMLElement, panels: HTMLElement[]): HTMLElement | null {
  for (let place: HTMLElement | null = field; place; place = place.parentElement?.closest<HTMLElement>("[data-field]") ?? null) {
    const kind = place.querySelector<HTMLSelectElement>("select[name$='.kind']")?.value;
    const steps = (place.dataset["field"] ?? "").split(".").filter((step) => !/^(\d+|__i__)$/.test(step));
    for (let length = steps.length; length > 0; length -= 1) {
      const name = steps.slice(0, length).join(".");
      const found =
        (kind && panels.find((panel) => panel.dataset["faq"] === `${name}.${kind}`)) ||
        panels.find((panel) => panel.dataset["faq"] === name);
      if (found) return found;
    }
  }
  return null;
}
