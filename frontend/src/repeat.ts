/** Repeated rows: adding, removing with a way back, and the two parts of commercial support. */

import { all, announce, controls, from, icon, isFilled, make, tellChanged } from "./dom";

const PLACE = "__i__";

/** Adds an empty row and returns it. `number` is given when a row that was there before is brought back. */
export function addRow(part: HTMLElement, number?: number): HTMLElement | null {
  const group = part.closest<HTMLElement>("[data-repeat]");
  const path = group?.dataset["repeat"];
  const template = part.querySelector<HTMLTemplateElement>(":scope > template");
  const rows = part.querySelector<HTMLElement>(":scope > [data-repeat-rows]");
  if (!group || !path || !template || !rows) return null;
  const place = String(number ?? nextNumber(group, path));
  // Rows may hold repeated rows of their own: only the place of this level is filled in.
  const copy = document.createElement("template");
  copy.innerHTML = template.innerHTML.replaceAll(`${path}.${PLACE}`, `${path}.${place}`);
  const row = copy.content.firstElementChild;
  if (!(row instanceof HTMLElement)) return null;
  row.dataset["row"] = place;
  rows.append(row);
  relabel(rows);
  return row;
}

function nextNumber(group: HTMLElement, path: string): number {
  const form = group.closest("form");
  const used = [...(form?.elements ?? [])]
    .map((element) => (element as HTMLInputElement).name ?? "")
    .filter((name) => name.startsWith(`${path}.`))
    .map((name) => Number.parseInt(name.slice(path.length + 1), 10))
    .filter((number) => Number.isInteger(number));
  const removed = Number.parseInt(group.dataset["highest"] ?? "-1", 10);
  const next = Math.max(-1, removed, ...used) + 1;
  group.dataset["highest"] = String(next);
  return next;
}

/** Rows are counted as they stand, whatever numbers their names carry. */
function relabel(rows: HTMLElement): void {
  all<HTMLElement>(":scope > [data-row]", rows).forEach((row, index) => {
    const label = row.querySelector<HTMLElement>("[data-row-label]");
    if (!label) return;
    const words = `${label.dataset["rowLabel"] ?? ""} ${index + 1}`;
    label.textContent = words;
    row.querySelector("[data-repeat-remove]")?.setAttribute("aria-label", `Remove ${words}`);
  });
}

function labelOf(row: HTMLElement): string {
  return row.querySelector("[data-row-label]")?.textContent?.trim() ?? "Row";
}

function focusFirst(row: HTMLElement): void {
  const first = all<HTMLElement>("input:not([type=hidden]), select, textarea", row).find((box) => box.offsetParent);
  first?.focus();
}

function remove(row: HTMLElement): void {
  const form = row.closest("form");
  const rows = row.parentElement;
  const part = rows?.parentElement;
  if (!form || !rows || !part) return;
  const words = labelOf(row);
  const filled = all<HTMLInputElement>("input:not([type=hidden]), select, textarea", row).some(isFilled);
  if (!filled) {
    row.remove();
    relabel(rows);
    announce(`${words} removed`);
    part.querySelector<HTMLElement>(":scope > [data-repeat-add]")?.focus();
    tellChanged(form);
    return;
  }
  const undo = make("button", { type: "button", class: "usa-button usa-button--unstyled" }, icon("undo"), " Undo");
  const notice = make("div", { class: "op-undo" }, make("span", {}, `${words} removed. `), undo);
  undo.addEventListener("click", () => {
    notice.replaceWith(row);
    relabel(rows);
    focusFirst(row);
    announce(`${words} is back`);
    tellChanged(form);
  });
  row.replaceWith(notice);
  relabel(rows);
  undo.focus();
  announce(`${words} removed. Undo brings it back.`);
  tellChanged(form);
}

/** Puts a part that is not chosen out of sight and out of what is posted; its rows come back with it. */
function reveal(box: HTMLInputElement, byHand: boolean): void {
  const section = document.getElementById(box.dataset["reveals"] ?? "");
  if (!section) return;
  section.hidden = !box.checked;
  delete section.dataset["off"];
  for (const control of all<HTMLInputElement>("input, select, textarea", section)) control.disabled = !box.checked;
  const part = section.querySelector<HTMLElement>("[data-repeat-part]");
  if (box.checked && part && !part.querySelector("[data-row]")) {
    const row = addRow(part);
    if (row && byHand) announce(`${labelOf(row)} added`);
  }
}

/** Opens the parts that have got rows without anybody choosing them. */
export function revealFilled(form: HTMLFormElement): void {
  for (const box of all<HTMLInputElement>("[data-reveals]", form)) {
    if (box.checked || !document.getElementById(box.dataset["reveals"] ?? "")?.querySelector("[data-row]")) continue;
    box.checked = true;
    reveal(box, false);
  }
}

export function start(form: HTMLFormElement): void {
  form.addEventListener("click", (event) => {
    const add = from<HTMLElement>(event, "[data-repeat-add]");
    const button = from<HTMLElement>(event, "[data-repeat-remove]");
    // Without a script these buttons ask the server.
    if (add || button) event.preventDefault();
    if (add) {
      const part = add.closest<HTMLElement>("[data-repeat-part]") ?? add.closest<HTMLElement>("[data-repeat]");
      const row = part && addRow(part);
      if (!row) return;
      tellChanged(form);
      focusFirst(row);
      announce(`${labelOf(row)} added`);
      return;
    }
    const row = button?.closest<HTMLElement>("[data-row]");
    if (row) remove(row);
  });
  form.addEventListener("change", (event) => {
    const box = from<HTMLInputElement>(event, "[data-reveals]");
    if (box) {
      reveal(box, true);
      tellChanged(form);
    }
  });
  for (const box of all<HTMLInputElement>("[data-reveals]", form)) reveal(box, false);
  for (const rows of all<HTMLElement>("[data-repeat-rows]", form)) relabel(rows);
}

/**
 * The server numbers rows without the blank ones; names may have holes. Returns the path as it stands in the
 * names of this form.
 */
export function pathHere(form: HTMLFormElement, path: string): string {
  const names = controls(form)
    .filter(isFilled)
    .map((control) => control.name);
  const here: string[] = [];
  for (const part of path.split(".")) {
    if (/^\d+$/.test(part)) {
      const prefix = `${here.join(".")}.`;
      const numbers = names
        .filter((name) => name.startsWith(prefix))
        .map((name) => Number.parseInt(name.slice(prefix.length), 10))
        .filter((number) => Number.isInteger(number));
      const sorted = [...new Set(numbers)].sort((one, other) => one - other);
      here.push(String(sorted[Number(part)] ?? part));
    } else {
      here.push(part);
    }
  }
  return here.join(".");
}
