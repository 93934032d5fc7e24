/** Links to a field put the focus into its box, so that one can type at once. */

import { all, from } from "./dom";

function land(id: string): boolean {
  const target = document.getElementById(id);
  if (!target) return false;
  for (let place: HTMLElement | null = target; place; place = place.parentElement) {
    if (place instanceof HTMLDetailsElement) place.open = true;
  }
  const first =
    target.matches("fieldset") && !target.matches("[data-row]")
      ? all<HTMLElement>("input:not([type=hidden]), select, textarea", target).find((box) => box.offsetParent)
      : undefined;
  (first ?? target).focus({ preventScroll: true });
  (target.closest<HTMLElement>("[data-field]") ?? target).scrollIntoView({ block: "start" });
  return true;
}

export function start(): void {
  document.addEventListener("click", (event) => {
    const link = from<HTMLAnchorElement>(event, "a[href*='#field-'], a[href^='#questions-']");
    if (!link || link.pathname !== location.pathname) return;
    const id = decodeURIComponent(link.hash.slice(1));
    if (land(id)) {
      event.preventDefault();
      history.replaceState(null, "", link.hash);
    }
  });
  const here = decodeURIComponent(location.hash.slice(1));
  if (here.startsWith("field-")) land(here);
  else document.querySelector<HTMLElement>("[data-summary=focus]")?.focus();
}
