/** Shows and hides what depends on other answers. What is hidden keeps its text and is still posted. */

import { type Condition, Standing } from "./conditions";
import { all } from "./dom";

export function refresh(form: HTMLFormElement): void {
  const standing = new Standing(form);
  for (const element of all<HTMLElement>("[data-applies]", form)) {
    const condition = JSON.parse(element.dataset["applies"] ?? "null") as Condition | null;
    if (!condition) continue;
    const row = element.closest<HTMLElement>("[data-row-path]");
    // A condition on the row element itself would be about the row; conditions on fields are inside it.
    const shown = standing.holds(condition, row?.dataset["rowPath"] ?? "") || isChosen(element);
    element.hidden = !shown;
    delete element.dataset["off"];
  }
  for (const element of all<HTMLElement>(".op-needed[data-off]:not([data-applies])", form)) {
    element.hidden = true;
    delete element.dataset["off"];
  }
  // Only the nearest stage for which an answer is needed is told.
  for (const line of all(".op-needs", form)) {
    let told = false;
    for (const mark of all<HTMLElement>(".op-needed", line)) {
      if (told) mark.hidden = true;
      told ||= !mark.hidden;
    }
  }
}

/** A choice that was made stays in sight, or it could not be taken back. */
function isChosen(element: HTMLElement): boolean {
  if (!element.matches(".usa-checkbox, .usa-radio, .op-chip")) return false;
  return element.querySelector<HTMLInputElement>("input")?.checked ?? false;
}

export function start(form: HTMLFormElement): void {
  let waiting = false;
  const soon = (): void => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      refresh(form);
    });
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  refresh(form);
}
