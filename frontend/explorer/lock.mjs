// Takes the addresses (of sponsors' pages) out of package-lock.json: what is installed is named by version and hash alone.

import { readFile, writeFile } from "node:fs/promises";

const PATH = "package-lock.json";

const lock = JSON.parse(await readFile(PATH, "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  delete entry.resolved;
}
await writeFile(PATH, `${JSON.stringify(lock, null, 2)}\n`);
