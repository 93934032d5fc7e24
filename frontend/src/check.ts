/**
 * Asks the server about the step while somebody fills it in: whether the step can be left (the button turns
 * purple) and what to say in red under the boxes they have already left.
 */

import { all, debounced, from, icon, make } from "./dom";
import { pathHere } from "./repeat";

interface Finding {
  stage: string;
  path: string;
  message: string;
  mend: string;
}

interface Answer {
  can_leave: boolean;
  findings: Finding[];
}

export function start(form: HTMLFormElement): void {
  const url = form.dataset["checkUrl"];
  if (!url) return;
  const stages = new Set((form.dataset["show"] ?? "valid draft").split(/\s+/));
  const left = new Set<string>();
  for (const slot of all<HTMLElement>("[data-findings]", form)) {
    if (slot.querySelector(".usa-error-message")) left.add(slot.dataset["findings"] ?? "");
  }
  let asked = 0;
  let running: AbortController | null = null;
  // Until the first answer what the server drew stands.
  let standing: Finding[] | null = null;
  let pressing = false;

  const ask = async (): Promise<void> => {
    const mine = ++asked;
    running?.abort();
    running = new AbortController();
    const body = new FormData(form);
    try {
      const answer = await fetch(url, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": String(body.get("csrfmiddlewaretoken") ?? ""), Accept: "application/json" },
        signal: running.signal,
      });
      if (!answer.ok || mine !== asked) return;
      const told = (await answer.json()) as Answer;
      if (mine !== asked) return; // Something was typed meanwhile: this answer is about an older form.
      standing = told.findings;
      ready(form, told.can_leave);
      draw();
    } catch {
      return; // The server tells the same again when the step is saved.
    }
  };

  // Red text moves what is below it: not while a press is under way, or its click would land elsewhere.
  const draw = (): void => {
    if (!pressing) redraw();
  };

  const redraw = (): void => {
    if (!standing) return;
    const bySlot = new Map<string, Finding[]>();
    for (const finding of standing) {
      if (!stages.has(finding.stage)) continue;
      const slot = slotFor(form, pathHere(form, finding.path));
      if (slot) bySlot.set(slot, [...(bySlot.get(slot) ?? []), finding]);
    }
    for (const slot of all<HTMLElement>("[data-findings]", form)) {
      const path = slot.dataset["findings"] ?? "";
      fill(slot, left.has(path) ? (bySlot.get(path) ?? []) : []);
    }
  };

  const soon = debounced(350, () => void ask());
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("focusout", (event) => {
    const field = from<HTMLElement>(event, "[data-field]");
    if (!field) return;
    // Going from one box of a group to the next is not leaving the group.
    if (event.relatedTarget instanceof Node && field.contains(event.relatedTarget)) return;
    left.add(field.dataset["field"] ?? "");
    void ask();
  });
  form.ownerDocument.addEventListener("pointerdown", () => {
    pressing = true;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    form.ownerDocument.addEventListener(end, () => {
      setTimeout(() => {
        pressing = false;
        redraw();
      });
    });
  }
  void ask();
}

function ready(form: HTMLFormElement, can: boolean): void {
  for (const button of all<HTMLElement>("[data-leave]", form)) button.classList.toggle("is-ready", can);
  for (const note of all<HTMLElement>("[data-leave-note]", form)) {
    note.textContent = (can ? note.dataset["ready"] : note.dataset["notReady"]) ?? "";
  }
}

/** The place for a finding: under its own box, or under the field around it. */
function slotFor(form: HTMLFormElement, path: string): string | null {
  const steps = path.split(".");
  for (let length = steps.length; length > 0; length -= 1) {
    const place = steps.slice(0, length).join(".");
    if (form.querySelector(`[data-findings="${CSS.escape(place)}"]`)) return place;
  }
  return null;
}

function fill(slot: HTMLElement, findings: Finding[]): void {
  const errors = findings.filter((finding) => finding.stage !== "confirm");
  const warnings = findings.filter((finding) => finding.stage === "confirm");
  const field = slot.closest<HTMLElement>("[data-field], [data-outcome]");
  const box = field && boxOf(field);
  const id = `${box?.id ?? field?.id ?? "form"}`;
  put(slot, "usa-error-message", `${id}-error`, errors, "error", "Needs attention");
  put(slot, "op-warning-message", `${id}-warning`, warnings, "warning", "Please check");
  field?.classList.toggle("op-field--error", errors.length > 0);
  if (!box) return;
  box.classList.toggle("usa-input--error", errors.length > 0 && !box.matches("fieldset"));
  if (!box.matches("fieldset")) {
    if (errors.length) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
  }
  describe(box, `${id}-error`, errors.length > 0);
  describe(box, `${id}-warning`, warnings.length > 0);
}

/** The element that findings belong to: the box itself, or the fieldset around several. */
function boxOf(field: HTMLElement): HTMLElement | null {
  return field.matches("fieldset") ? field : field.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea");
}

function put(slot: HTMLElement, look: string, id: string, findings: Finding[], sign: string, words: string): void {
  const old = slot.querySelector<HTMLElement>(`.${look}`);
  if (!findings.length) {
    old?.remove();
    return;
  }
  const lines = findings.map((finding) => `${finding.message} ${finding.mend}`.trim());
  if (old && all("p", old).map((line) => line.textContent?.trim()).join("\n") === lines.join("\n")) return;
  const message = make("div", { class: look, id });
  for (const line of lines) message.append(make("p", {}, icon(sign, words), ` ${line}`));
  if (old) old.replaceWith(message);
  else slot.append(message);
}

function describe(box: HTMLElement, id: string, on: boolean): void {
  const ids = new Set((box.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean));
  if (on) ids.add(id);
  else ids.delete(id);
  if (ids.size) box.setAttribute("aria-describedby", [...ids].join(" "));
  else box.removeAttribute("aria-describedby");
}
