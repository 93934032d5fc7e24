/**
 * The box a file is dropped into: it says which file was chosen, and refuses one that is too large before it is
 * sent. The box is the browser's own, which takes dropped files by itself; USWDS's script would read the whole
 * file to draw a picture of it.
 */

import { all, from, icon, make } from "./dom";

const MEGABYTE = 1024 * 1024;

function sized(bytes: number): string {
  if (bytes < MEGABYTE) return `${Math.max(1, Math.round(bytes / 1024)).toLocaleString("en-US")} KB`;
  return `${(bytes / MEGABYTE).toLocaleString("en-US", { maximumFractionDigits: 1 })} MB`;
}

function show(box: HTMLElement, input: HTMLInputElement): void {
  const file = input.files?.[0];
  const words = box.querySelector("[data-file-words]");
  if (file && words) words.replaceChildren(make("bdi", {}, file.name), ` (${sized(file.size)})`);
  box.querySelector(".op-drop")?.classList.toggle("is-filled", Boolean(file));
  const limit = Number(box.dataset["file"]);
  const error = box.querySelector<HTMLElement>("[data-file-error]");
  if (!file || !error) return;
  const tooLarge = file.size > limit;
  error.hidden = !tooLarge;
  box.classList.toggle("op-field--error", tooLarge);
  input.toggleAttribute("aria-invalid", false);
  if (!tooLarge) return;
  input.setAttribute("aria-invalid", "true");
  error.replaceChildren(
    make(
      "p",
      {},
      icon("error", "Needs attention"),
      ` The file is larger than ${sized(limit)}. Split it into several files, or send it as tab-delimited text.`,
    ),
  );
}

export function start(): void {
  for (const box of all<HTMLElement>("[data-file]")) {
    const input = box.querySelector<HTMLInputElement>("input[type=file]");
    if (!input) continue;
    input.addEventListener("change", () => show(box, input));
    const over = (is: boolean) => () => box.querySelector(".op-drop")?.classList.toggle("is-over", is);
    for (const name of ["dragenter", "dragover"]) input.addEventListener(name, over(true));
    for (const name of ["dragleave", "drop", "dragend"]) input.addEventListener(name, over(false));
    show(box, input);
  }
  document.addEventListener(
    "submit",
    (event) => {
      const box = from<HTMLFormElement>(event, "form")?.querySelector<HTMLElement>("[data-file].op-field--error");
      const input = box?.querySelector<HTMLInputElement>("input[type=file]");
      if (!input?.files?.length) return;
      event.preventDefault();
      input.focus();
    },
    { capture: true },
  );
}
