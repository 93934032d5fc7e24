/** Judges the rulebook's conditions over what stands in a form, as the server does over the answers. */

import { controls } from "./dom";

export type Condition =
  | { field: string; in: (string | boolean)[] }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition };

type Value = string | boolean;

/** All answers in a form at one moment, by name. */
export class Standing {
  private readonly values = new Map<string, Value[]>();
  private readonly elsewhere: Record<string, unknown>;

  constructor(form: HTMLFormElement) {
    this.elsewhere = JSON.parse(form.dataset["answers"] ?? "{}") as Record<string, unknown>;
    for (const control of controls(form)) {
      const found = this.values.get(control.name) ?? [];
      this.values.set(control.name, found);
      if (control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox")) {
        if (control.checked) found.push(this.read(control));
      } else if (control.value.trim()) {
        found.push(control.value.trim());
      }
    }
  }

  /** `prefix` is the row the condition is about, such as "collaborations.1"; empty for the activity. */
  holds(condition: Condition, prefix = ""): boolean {
    if ("all" in condition) return condition.all.every((part) => this.holds(part, prefix));
    if ("any" in condition) return condition.any.some((part) => this.holds(part, prefix));
    if ("not" in condition) return !this.holds(condition.not, prefix);
    const path = condition.field.startsWith("/")
      ? condition.field.slice(1)
      : prefix
        ? `${prefix}.${condition.field}`
        : condition.field;
    return this.answers(path).some((value) => condition.in.includes(value));
  }

  private answers(path: string): Value[] {
    const here = this.values.get(path);
    if (here) return here;
    const parts = path.split(".");
    const last = parts.pop() ?? "";
    if (parts.length) {
      // "collaborations.kind" asks every row.
      const pattern = new RegExp(`^${parts.join(".").replaceAll(".", "\\.")}\\.\\d+\\.${last}$`);
      const rows = [...this.values].filter(([name]) => pattern.test(name)).flatMap(([, values]) => values);
      if (rows.length) return rows;
    }
    return flat(dig(this.elsewhere, path.split(".")));
  }

  private read(control: HTMLInputElement): Value {
    return control.closest<HTMLElement>("[data-kind]")?.dataset["kind"] === "yes-no" ? control.value === "yes" : control.value;
  }
}

function dig(value: unknown, steps: string[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (Array.isArray(value)) return value.map((part: unknown) => dig(part, steps));
  if (typeof value === "object" && value !== null) return dig((value as Record<string, unknown>)[step], rest);
  return null;
}

function flat(value: unknown): Value[] {
  if (Array.isArray(value)) return value.flatMap(flat);
  return typeof value === "string" || typeof value === "boolean" ? [value] : [];
}
