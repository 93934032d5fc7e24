/**
 * Keeps what was typed and not yet sent, in this browser, for this person, activity and step alone; brings it
 * back after a closed tab or a sign-in that ran out. The server clears it by naming the key as saved.
 */

import { addRow, revealFilled } from "./repeat";
import { all, announce, type Control, controls, debounced, icon, make, tellChanged } from "./dom";

const SPACE = "openpars:keep:";
const DAYS = 30;
const MOST = 300_000;
const NEVER = new Set(["csrfmiddlewaretoken", "base_revision"]);

interface Kept {
  at: number;
  revision: string;
  /** The names whose values differ from what the server drew; an empty list is a box emptied. */
  values: Record<string, string[]>;
}

type Values = Record<string, string[]>;

let failed = false;

/** What stands in the form now or, with `drawn`, what the server had drawn into it. */
function valuesOf(form: HTMLFormElement, drawn = false): Values {
  const found: Values = {};
  for (const control of controls(form)) {
    if (NEVER.has(control.name) || control.hasAttribute("data-never-keep")) continue;
    if (control instanceof HTMLInputElement && (control.type === "hidden" && !/\.\d+\./.test(control.name))) continue;
    if (control instanceof HTMLInputElement && ["file", "password", "submit"].includes(control.type)) continue;
    const values = (found[control.name] ??= []);
    if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) {
      if (drawn ? control.defaultChecked : control.checked) values.push(control.value);
    } else {
      values.push(drawn ? drawnValue(control) : control.value);
    }
  }
  return found;
}

/** Browsers fill forms in again by themselves, so what the server drew is read from the defaults. */
function drawnValue(control: Control): string {
  if (!(control instanceof HTMLSelectElement)) return control.defaultValue;
  return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value ?? "";
}

function same(one: string[] | undefined, other: string[] | undefined): boolean {
  return JSON.stringify(one ?? []) === JSON.stringify(other ?? []);
}

function read(key: string): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(SPACE + key) ?? "null") as Kept | null;
    return kept && typeof kept.values === "object" ? kept : null;
  } catch {
    return null;
  }
}

function forget(key: string): void {
  try {
    localStorage.removeItem(SPACE + key);
  } catch {
    // Storage is closed to us: then nothing was kept either.
  }
}

/** Entries too old to mean anything, so that the browser's space does not fill up. */
function sweep(): void {
  try {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(SPACE)) continue;
      const kept = read(name.slice(SPACE.length));
      if (!kept || Date.now() - kept.at > DAYS * 86_400_000) localStorage.removeItem(name);
    }
  } catch {
    failed = true;
  }
}

function revisionBox(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>("input[name=base_revision]");
}

function write(form: HTMLFormElement, key: string, drawn: Values, revision: string): void {
  const now = valuesOf(form);
  const values: Values = {};
  for (const name of new Set([...Object.keys(drawn), ...Object.keys(now)])) {
    if (!same(drawn[name], now[name])) values[name] = now[name] ?? [];
  }
  if (!Object.keys(values).length) {
    forget(key);
    return;
  }
  try {
    const text = JSON.stringify({ at: Date.now(), revision, values } satisfies Kept);
    if (text.length > MOST) throw new RangeError("too much to keep");
    localStorage.setItem(SPACE + key, text);
    failed = false;
  } catch {
    failed = true;
  }
}

/** Puts the values back, making the rows they need, and returns whether anything is different now. */
function restore(form: HTMLFormElement, values: Values): boolean {
  const before = valuesOf(form);
  for (const name of Object.keys(values)) if (values[name]?.length) makeRowFor(form, name, values);
  revealFilled(form);
  for (const control of controls(form)) {
    const kept = values[control.name];
    if (!kept) continue;
    if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) {
      control.checked = kept.includes(control.value);
    } else if (control instanceof HTMLInputElement && control.type === "date" && kept[0] && !/^\d{4}-\d{2}-\d{2}$/.test(kept[0])) {
      control.type = "text";
      control.value = kept[0];
    } else {
      control.value = kept[0] ?? "";
    }
  }
  removeEmptied(form, values);
  const after = valuesOf(form);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].some((name) => !same(before[name], after[name]));
}

/** "support.3.source" may stand in a row that the server has not drawn. */
function makeRowFor(form: HTMLFormElement, name: string, values: Values): void {
  const steps = name.split(".");
  steps.forEach((step, index) => {
    if (!/^\d+$/.test(step)) return;
    const path = steps.slice(0, index).join(".");
    const row = `${path}.${step}`;
    const taken = form.querySelector(`[name="${CSS.escape(row)}"], [name^="${CSS.escape(row)}."]`);
    const group = all<HTMLElement>("[data-repeat]", form).find((one) => one.dataset["repeat"] === path);
    if (taken || !group) return;
    addRow(partFor(group, values[`${row}.kind`]?.[0]), Number(step));
  });
}

/** Commercial support has two parts; the kind of a row says to which of them it belongs. */
function partFor(group: HTMLElement, kind: string | undefined): HTMLElement {
  const parts = all<HTMLElement>("[data-repeat-part]", group).filter((part) => part.closest("[data-repeat]") === group);
  const kindOf = (part: HTMLElement): string | undefined =>
    part.querySelector("template")?.content.querySelector<HTMLInputElement>("input[name$='.kind']")?.value;
  return parts.find((part) => kindOf(part) === kind) ?? parts[0] ?? group;
}

/** Rows that were taken out and not sent: every box of theirs was kept as empty. */
function removeEmptied(form: HTMLFormElement, values: Values): void {
  for (const row of all<HTMLElement>("[data-row]", form)) {
    const names = all<HTMLInputElement>("input[name], select[name], textarea[name]", row).map((box) => box.name);
    if (names.length && names.every((name) => values[name]?.length === 0)) row.remove();
  }
}

function notice(form: HTMLFormElement, at: number, discard: () => void): void {
  const when = new Date(at).toLocaleString("en-US", { dateStyle: "medium", timeStyle: "short" });
  const button = make("button", { type: "button", class: "usa-button usa-button--unstyled" }, "Discard what I typed");
  const box = make(
    "div",
    { class: "op-kept", "data-kept": "" },
    icon("history"),
    make("div", {}, make("strong", {}, "We brought back what you had typed"), ` on ${when}. It is not saved yet. `, button),
  );
  button.addEventListener("click", () => {
    discard();
    form.reset();
    location.reload();
  });
  form.before(box);
  announce("We brought back what you had typed. It is not saved yet.");
}

export function start(): void {
  sweep();
  for (const place of all<HTMLElement>("[data-saved-key]")) place.dataset["savedKey"]?.split(" ").forEach(forget);
  for (const form of all<HTMLFormElement>("form[data-keep]")) startForm(form);
  window.addEventListener("beforeunload", (event) => {
    // What could not be kept would be lost without a word.
    if (failed && document.querySelector("form[data-keep][data-changed]:not([aria-busy])")) event.preventDefault();
  });
}

function startForm(form: HTMLFormElement): void {
  const key = form.dataset["keep"];
  if (!key) return;
  const drawn = valuesOf(form, true);
  const revision = revisionBox(form);
  const kept = read(key);
  let since = revision?.value ?? "";
  let discarded = false;
  if (kept) {
    if (restore(form, kept.values)) {
      // Saved against the revision it was typed over, so that a clash with somebody else is seen.
      since = kept.revision;
      if (revision && since) revision.value = since;
      notice(form, kept.at, () => {
        discarded = true;
        failed = false;
        forget(key);
      });
      form.dataset["changed"] = "";
      tellChanged(form);
    } else {
      forget(key);
    }
  }
  const save = (): void => {
    if (!discarded) write(form, key, drawn, since);
  };
  const soon = debounced(300, save);
  const changed = (): void => {
    form.dataset["changed"] = "";
    soon();
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // Whatever was typed in the last moment is kept too, also when the form is sent and the answer never comes.
  const now = (): void => {
    if ("changed" in form.dataset) save();
  };
  form.addEventListener("submit", () => {
    now();
    // The page may come back from the browser's memory after it was saved: only what is typed then is new.
    delete form.dataset["changed"];
  });
  window.addEventListener("pagehide", now);
}
