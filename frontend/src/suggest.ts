/** Type-ahead: asks the server while somebody types and puts the answers into the box's own list. */

import { debounced, from, make } from "./dom";

const known = new Map<string, string[]>();
let latest = 0;

async function ask(box: HTMLInputElement): Promise<void> {
  const list = box.list;
  const address = box.dataset["suggestUrl"];
  if (!list || !address) return;
  const url = new URL(address, location.href);
  url.searchParams.set("q", box.value.trim());
  const mine = ++latest;
  let words = known.get(url.href);
  if (!words) {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      words = ((await answer.json()) as { suggestions: string[] }).suggestions;
      known.set(url.href, words);
    } catch {
      return; // Typing the name in full works without suggestions.
    }
  }
  if (mine !== latest) return;
  list.replaceChildren(...words.map((word) => make("option", { value: word })));
}

export function start(): void {
  const soon = debounced(200, (box: HTMLInputElement) => void ask(box));
  document.addEventListener("input", (event) => {
    const box = from<HTMLInputElement>(event, "input[data-suggest-url]");
    if (box) soon(box);
  });
  document.addEventListener("focusin", (event) => {
    const box = from<HTMLInputElement>(event, "input[data-suggest-url]");
    if (box) void ask(box);
  });
}
