/** How many characters are left, as the server counts them. Too long is told, never cut. */

import { all, announce, debounced } from "./dom";

export function start(box: HTMLTextAreaElement): void {
  const limit = Number(box.dataset["counter"]);
  const place = document.querySelector<HTMLElement>(`[data-counter-of="${CSS.escape(box.id)}"]`);
  if (!limit || !place) return;
  const tell = debounced(1200, announce);
  const draw = (spoken: boolean): void => {
    // The server counts characters, not the halves that JavaScript counts.
    const left = limit - [...box.value.trim()].length;
    const words =
      left >= 0
        ? `${left.toLocaleString("en-US")} of ${limit.toLocaleString("en-US")} characters left`
        : `${(-left).toLocaleString("en-US")} ${left === -1 ? "character" : "characters"} too many; nothing is cut off`;
    place.textContent = words;
    place.classList.toggle("is-over", left < 0);
    if (spoken && left < limit / 10) tell(words);
  };
  box.addEventListener("input", () => draw(true));
  draw(false);
}

export function startAll(root: ParentNode): void {
  all<HTMLTextAreaElement>("textarea[data-counter]", root).forEach(start);
}
