/** Small helpers that every module uses. */

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export function all<T extends Element>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/** The nearest ancestor (or the element itself) of an event's target that matches, or null. */
export function from<T extends Element>(event: Event, selector: string): T | null {
  return event.target instanceof Element ? event.target.closest<T>(selector) : null;
}

/** Makes an element; texts become text nodes, so that nothing typed is ever read as markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The controls of a form that take an answer; those of removed or switched-off parts are left out. */
export function controls(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (element): element is Control =>
      (element instanceof HTMLInputElement ||
        element instanceof HTMLSelectElement ||
        element instanceof HTMLTextAreaElement) &&
      element.name !== "" &&
      !element.disabled,
  );
}

/** Whether the control would be posted with something in it. */
export function isFilled(control: Control): boolean {
  if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) {
    return control.checked;
  }
  return control.value.trim() !== "";
}

/** An icon of the sprite; with words it speaks, without it is decoration. */
export function icon(name: string, words = ""): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "usa-icon");
  svg.setAttribute("focusable", "false");
  if (words) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", words);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${document.body.dataset["icons"] ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

/** Says something to people who listen to the page. */
export function announce(words: string): void {
  const region = document.querySelector("[data-announce]");
  if (!region) return;
  // An unchanged text is not spoken again, so the region is emptied first.
  region.textContent = "";
  window.setTimeout(() => (region.textContent = words), 50);
}

/** Calls `act` once things have been quiet for so many milliseconds. */
export function debounced<T extends unknown[]>(wait: number, act: (...given: T) => void): (...given: T) => void {
  let timer = 0;
  return (...given) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => act(...given), wait);
  };
}

/** Tells the other modules that answers have changed without anybody typing. */
export function tellChanged(element: Element): void {
  element.dispatchEvent(new Event("input", { bubbles: true }));
}
