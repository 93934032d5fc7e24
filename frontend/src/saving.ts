/** The loading moment, and one submission for however many clicks. */

import { make } from "./dom";

/** After this long without an answer the buttons work again: the person decides. Large files take longer. */
const PATIENCE = 20_000;

const sent = new WeakMap<HTMLFormElement, number>();

function cover(words: string): void {
  uncover();
  const veil = make(
    "div",
    { class: "op-overlay", "data-overlay": "" },
    make("div", { class: "op-overlay__box", role: "status" }, make("span", { class: "op-spinner", "aria-hidden": "true" }), words),
  );
  document.body.append(veil);
}

function uncover(): void {
  document.querySelector("[data-overlay]")?.remove();
}

export function start(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) return;
    const before = sent.get(form);
    const patience = "patient" in form.dataset ? Infinity : PATIENCE;
    if (before !== undefined && performance.now() - before < patience) {
      event.preventDefault();
      return;
    }
    sent.set(form, performance.now());
    form.setAttribute("aria-busy", "true");
    const words = form.dataset["saving"];
    if (words === undefined) return;
    cover(words || "Saving…");
    if (patience === Infinity) return;
    window.setTimeout(() => {
      uncover();
      form.removeAttribute("aria-busy");
    }, PATIENCE);
  });
  // Coming back with the browser's back button brings the page as it was left: covered.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    uncover();
    for (const form of document.forms) {
      sent.delete(form);
      form.removeAttribute("aria-busy");
    }
  });
}
