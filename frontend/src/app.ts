/** Starts what the page needs. Every page works without it, with more keystrokes. */

import "htmx.org";

import * as applies from "./applies";
import * as check from "./check";
import * as closeswitch from "./closeswitch";
import * as copying from "./copying";
import * as counter from "./counter";
import * as dates from "./dates";
import { all } from "./dom";
import * as faq from "./faq";
import * as filebox from "./filebox";
import * as jumps from "./jumps";
import * as keep from "./keep";
import * as menus from "./menus";
import * as outcomes from "./outcomes";
import * as print from "./print";
import * as repeat from "./repeat";
import * as saving from "./saving";
import * as suggest from "./suggest";
import * as unfold from "./unfold";

const started = new WeakSet<Element>();

/** Starts the parts of the page that have a life of their own; called again for what htmx puts in. */
function startParts(): void {
  for (const form of all<HTMLFormElement>("form[data-step], form[data-check-url]")) {
    if (started.has(form)) continue;
    started.add(form);
    repeat.start(form);
    outcomes.start(form);
    applies.start(form);
    counter.startAll(form);
  }
  for (const list of all<HTMLElement>("[data-faq-list]")) {
    if (started.has(list)) continue;
    started.add(list);
    faq.start(list);
  }
}

menus.start();
unfold.start();
dates.start();
suggest.start();
filebox.start();
saving.start();
closeswitch.start();
print.start();
copying.start();
startParts();
keep.start();
all<HTMLFormElement>("form[data-check-url]").forEach(check.start);
jumps.start();
document.addEventListener("htmx:after:swap", () => {
  startParts();
  unfold.draw();
});
