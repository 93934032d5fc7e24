/** US dates, typed or pasted, go into the browser's own date box. */

import { from, tellChanged } from "./dom";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Returns the ISO date of "3/4/2026", "3-4-26", "March 4, 2026", "4 Mar 2026" or an ISO text, else null. */
export function isoOf(text: string): string | null {
  const plain = text.trim().replace(/^(mon|tues?|wed(nes)?|thurs?|fri|sat(ur)?|sun)(day)?[,.]?\s+/i, "");
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain);
  if (iso) return checked(iso[1], iso[2], iso[3]);
  const us = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})$/.exec(plain);
  if (us) return checked(us[3], us[1], us[2]);
  const named = /^([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$/i.exec(plain);
  if (named) return checked(named[3], monthOf(named[1]), named[2]);
  const dayFirst = /^(\d{1,2})\s+([a-z]+)\.?,?\s+(\d{4})$/i.exec(plain);
  if (dayFirst) return checked(dayFirst[3], monthOf(dayFirst[2]), dayFirst[1]);
  return null;
}

function monthOf(word = ""): string {
  return String(MONTHS.indexOf(word.slice(0, 3).toLowerCase()) + 1);
}

function checked(year = "", month = "", day = ""): string | null {
  const full = year.length === 2 ? `20${year}` : year;
  const date = new Date(Date.UTC(Number(full), Number(month) - 1, Number(day)));
  const real = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return real ? date.toISOString().slice(0, 10) : null;
}

/** A text box that holds a real date becomes a date box again. */
function settle(box: HTMLInputElement, iso: string): void {
  box.type = "date";
  box.value = iso;
  tellChanged(box);
}

export function start(): void {
  document.addEventListener("paste", (event) => {
    const box = from<HTMLInputElement>(event, "input[data-date]");
    const iso = box && isoOf(event.clipboardData?.getData("text/plain") ?? "");
    if (!box || !iso) return;
    event.preventDefault();
    settle(box, iso);
  });
  document.addEventListener("change", (event) => {
    const box = from<HTMLInputElement>(event, "input[data-date][type=text]");
    const iso = box && isoOf(box.value);
    if (box && iso) settle(box, iso);
  });
}
