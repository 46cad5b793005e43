// Bundles the explorer into web/explorer/static: one script, one style sheet, and the licences of what is in them.

import { build } from "esbuild";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const OUT = "../../web/explorer/static";

// GraphiQL's style sheet carries 370 kB of fonts; explorer.css names the reader's own instead.
const withoutFonts = {
  name: "without-fonts",
  setup({ onLoad }) {
    onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/@font-face\s*\{[^}]*\}/g, ""),
      loader: "css",
    }));
  },
};

const { metafile } = await build({
  entryPoints: { explorer: "source/explorer.tsx" },
  outdir: OUT,
  bundle: true,
  minify: true,
  metafile: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  charset: "utf8",
  legalComments: "none", // the whole texts stand in LICENSES.txt
  loader: { ".graphql": "text" },
  define: { "process.env.NODE_ENV": '"production"' },
  alias: { "react-style-singleton": "./source/no-injected-styles.ts" },
  plugins: [withoutFonts],
});

// The folders of the packages that have at least a byte in a bundle, by their inputs' paths.
function packages({ outputs }) {
  const folders = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]),
  );
  return [...new Set(folders.filter(Boolean))].sort();
}

async function licence(folder) {
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((entry) => /^(licen[cs]e|notice)/i.test(entry));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  const text = texts.join("\n").trim() || (await usualLicence(about));
  return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
}

// A few packages name MIT as their licence and forget to bring its text.
async function usualLicence({ name, license, repository }) {
  if (license !== "MIT") {
    throw new Error(`${name} is under ${license} and brings no licence text`);
  }
  const text = await readFile("node_modules/graphiql/LICENSE", "utf8");
  const terms = text.slice(text.indexOf("Permission is hereby granted")).trim();
  return `MIT License\n\nCopyright (c) the authors of ${(repository.url ?? repository).replace(/^git\+/, "")}\n\n${terms}`;
}

const licences = await Promise.all(packages(metafile).map(licence));
await writeFile(join(OUT, "LICENSES.txt"), licences.join(`\n${"-".repeat(72)}\n\n`));

for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
  process.stdout.write(`${path} ${Math.round(bytes / 1024)} kB\n`);
}
