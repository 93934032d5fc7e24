/** In the grid of outcome measures the way of measuring says that the outcome was measured. */

import { all, from } from "./dom";

export function start(form: HTMLFormElement): void {
  form.addEventListener("change", (event) => {
    const box = from<HTMLInputElement>(event, "[data-outcome] input[type=checkbox]");
    const line = box?.closest("[data-outcome]");
    const name = line?.querySelector<HTMLInputElement>("input[name$='.outcome']");
    if (!box || !line || !name) return;
    if (box === name) {
      if (!box.checked) for (const type of all<HTMLInputElement>("input", line)) type.checked = false;
    } else if (box.checked) {
      name.checked = true;
    }
  });
}
