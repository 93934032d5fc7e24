/**
 * Builds what the browser needs into src/openpars/web/static/openpars/built:
 * app.css and passport.css (the USWDS Sass with our theme), app.js and passport.js (the TypeScript in src/), the
 * fonts and images the style sheets name, and icons.svg, a sprite of the icons listed below. What is called passport
 * is for the public pages, which stay light. `--watch` rebuilds when a source changes.
 */
import { mkdir, readdir, readFile, rename, rm, watch, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, "../src/openpars/web/static/openpars/built");
const uswds = join(here, "node_modules/@uswds/uswds");

/** A style sheet and a script each: those of the pages for people who sign in, and of those for everybody. */
const BUNDLES = ["app", "passport"];

/** Names of USWDS icons in the sprite; `{% icon "name" %}` draws one. */
const ICONS = [
  "account_circle", "add", "arrow_back", "arrow_downward", "arrow_forward", "arrow_upward", "check",
  "check_circle", "close", "content_copy", "delete", "edit", "error", "error_outline", "event", "expand_more",
  "file_download", "file_upload", "filter_list", "fingerprint", "groups", "help", "help_outline", "history", "home", "info", "launch",
  "list", "local_offer", "location_on", "lock", "lock_open", "lock_outline", "login", "logout", "mail", "more_vert", "navigate_before",
  "navigate_next", "people", "person", "print", "public", "radio_button_unchecked", "remove", "rss_feed", "schedule", "school", "search",
  "security", "settings", "share", "topic", "undo", "unfold_more", "update", "verified", "visibility", "visibility_off",
  "warning",
];

const written = new Set();

let halves = 0;

/** Writes beside the target and renames, so that a server never reads half a file; two may write the same. */
async function put(name, content) {
  const target = join(built, name);
  await mkdir(dirname(target), { recursive: true });
  const half = `${target}.${process.pid}${++halves}`;
  await writeFile(half, content);
  await rename(half, target);
  written.add(target);
}

async function styles(name) {
  const { css } = await sass.compileAsync(join(here, `styles/${name}.scss`), {
    loadPaths: [join(uswds, "packages")],
    style: "compressed",
    quietDeps: true,
    silenceDeprecations: ["import"],
  });
  // The style sheet names images and fonts as ./img/... and ./fonts/...; only those it names are carried.
  const named = new Set([...css.matchAll(/url\(["']?\.\/((?:img|fonts)\/[^"')?#]+)/g)].map((match) => match[1]));
  await Promise.all([...named].map(async (path) => put(path, await readFile(join(uswds, "dist", path)))));
  const { code } = await esbuild.transform(css, { loader: "css", minify: true, target: ["chrome109", "firefox115", "safari16"] });
  await put(`${name}.css`, code);
}

async function scripts(name) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(here, `src/${name}.ts`)],
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome109", "firefox115", "safari16"],
    legalComments: "none",
    write: false,
  });
  await put(`${name}.js`, outputFiles[0].contents);
}

async function icons() {
  const symbols = [];
  for (const name of ICONS) {
    let svg;
    try {
      svg = await readFile(join(uswds, "dist/img/usa-icons", `${name}.svg`), "utf8");
    } catch {
      throw new Error(`USWDS has no icon named ${name}`);
    }
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`);
  }
  await put("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

async function licences() {
  const texts = await Promise.all([
    readFile(join(uswds, "LICENSE.md"), "utf8"),
    readFile(join(here, "node_modules/htmx.org/LICENSE"), "utf8"),
  ]);
  await put("LICENSES.txt", ["U.S. Web Design System, with its fonts and icons", texts[0], "htmx", texts[1]].join("\n\n"));
}

/** Takes away what an earlier build has left and this one has not written. */
async function clear() {
  for (const entry of await readdir(built, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // Names ending in a number are being written by another build.
    if (entry.isFile() && !written.has(path) && !/\.\d+$/.test(path)) await rm(path, { force: true });
  }
}

async function all() {
  await Promise.all([...BUNDLES.flatMap((name) => [styles(name), scripts(name)]), icons(), licences()]);
}

await all();
await clear();
console.log(`built ${relative(process.cwd(), built)}`);

if (process.argv.includes("--watch")) {
  for (const folder of ["src", "styles"]) {
    (async () => {
      for await (const _ of watch(join(here, folder), { recursive: true })) {
        await all().catch((error) => console.error(error.message ?? error));
      }
    })();
  }
}
