// Runs the browser tests one after the other: each has a server, a browser and fake devices, and two cores are few.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".test.mjs"))
  .filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word)))
  .map((name) => join(folder, name));
// A test that fails leaves sockets and programs behind, which would keep its process for ever, and all others from running.
const result = spawnSync(process.execPath, ["--test", "--test-force-exit", "--test-concurrency=1", ...files], { stdio: "inherit" });
process.exit(result.status ?? 1);
