/** A button that copies the box beside it; without scripts it is not there, and the box can be marked by hand. */

import { all, announce, from } from "./dom";

export function start(): void {
  for (const button of all<HTMLButtonElement>("[data-copy]")) button.hidden = false;
  document.addEventListener("focusin", (event) => {
    const box = from<HTMLInputElement>(event, "[data-copied]");
    if (box) box.select();
  });
  document.addEventListener("click", (event) => {
    const button = from<HTMLButtonElement>(event, "[data-copy]");
    const box = document.getElementById(button?.dataset["copy"] ?? "");
    if (button && box instanceof HTMLInputElement) void copy(button, box);
  });
}

async function copy(button: HTMLButtonElement, box: HTMLInputElement): Promise<void> {
  box.focus();
  box.select();
  try {
    // Browsers keep the clipboard from pages that did not come by https.
    await navigator.clipboard.writeText(box.value);
    button.textContent = "Copied";
    announce("Copied");
  } catch {
    button.textContent = "Press Ctrl+C to copy";
    announce("It is marked. Press Control and C to copy it.");
  }
}
