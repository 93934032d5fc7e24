/** The questions beside the form follow the field that has the focus; below the form each field unfolds. */

import { all, from } from "./dom";

const BESIDE = window.matchMedia("(min-width: 64em)");

export function start(list: HTMLElement): void {
  const panels = all<HTMLDetailsElement>("[data-faq]", list);
  const button = list.querySelector<HTMLButtonElement>("[data-faq-all]");
  let following = true;
  let current = panels[0] ?? null;

  const draw = (): void => {
    const alone = following && BESIDE.matches && panels.length > 1;
    for (const panel of panels) panel.hidden = alone && panel !== current;
    if (button) button.hidden = !alone;
    follow();
  };

  // Stays in sight only as long as all of it fits: what is taller could never be read to its end.
  const follow = (): void => {
    list.classList.toggle("is-following", following && list.offsetHeight < window.innerHeight - 48);
  };
  const fold = (): void => {
    for (const panel of panels) panel.open = BESIDE.matches || panels.length === 1;
    draw();
  };
  new ResizeObserver(follow).observe(list);
  window.addEventListener("resize", follow);

  document.addEventListener("focusin", (event) => {
    const field = from<HTMLElement>(event, "form [data-field]");
    if (!field || list.contains(field)) return;
    const found = panelFor(field, panels);
    if (!found) return;
    following = true;
    current = found;
    draw();
  });
  document.addEventListener("change", (event) => {
    // The kind of a collaboration decides which questions stand beside it.
    const box = from<HTMLSelectElement>(event, "form select[name$='.kind']");
    const field = box?.closest<HTMLElement>("[data-field]");
    const found = field && panelFor(field, panels);
    if (!found) return;
    current = found;
    draw();
  });
  button?.addEventListener("click", () => {
    following = false;
    draw();
    panels[0]?.focus();
  });
  BESIDE.addEventListener("change", fold);
  fold();
}

/** The panel of the field, or of the nearest field around it; in a collaboration that of its kind. */
function panelFor(field: HTMLElement, panels: HTMLDetailsElement[]): HTMLDetailsElement | null {
  const named = (name: string): HTMLDetailsElement | undefined => panels.find((panel) => panel.dataset["faq"] === name);
  const row = field.closest("[data-row-path]");
  const kind = row?.querySelector<HTMLSelectElement>("select[name$='.kind']")?.value;
  const steps = (field.dataset["field"] ?? "").split(".").filter((step) => !/^\d+$/.test(step));
  for (let length = steps.length; length > 0; length -= 1) {
    const name = steps.slice(0, length).join(".");
    const found = (kind && named(`${name}.${kind}`)) || named(name);
    if (found) return found;
  }
  return null;
}
