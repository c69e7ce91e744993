import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Stopped } from "./problem.mjs";
import { bringSystemPackages, installSystemPackages, mayInstallPackages } from "./system-packages.mjs";
import { Terminal } from "./terminal.mjs";

const WANTED = [{ apt: "bubblewrap", programs: ["bwrap"], for: "the sandbox" }, { apt: "other", programs: ["other"], for: "nothing" }];
/** @type {string} */
let folder;
const path = process.env["PATH"] ?? "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coder-apt-"));
  process.env["PATH"] = folder;
});
afterEach(() => {
  process.env["PATH"] = path;
  rmSync(folder, { recursive: true });
});

/**
 * An apt-get that notes how it was called.
 *
 * @param {string} script What it then does.
 */
function aptGet(script) {
  const file = join(folder, "apt-get");
  writeFileSync(file, `#!/bin/sh\nexport PATH=${path}\necho "$DEBIAN_FRONTEND $*" >> ${folder}/calls\n${script}\n`);
  chmodSync(file, 0o755);
}
const INSTALL_BWRAP = `case "$*" in *bubblewrap) printf '#!/bin/sh\\n' > ${"$(dirname \"$0\")"}/bwrap; chmod 755 ${"$(dirname \"$0\")"}/bwrap;; esac`;

test("installs what is missing, says so, and goes on when one cannot be had", async () => {
  aptGet(`${INSTALL_BWRAP}\ncase "$*" in *other) echo "E: Unable to locate package other" >&2; exit 100;; esac`);
  /** @type {string[]} */
  const said = [];
  expect(await installSystemPackages(WANTED, { say: (text) => said.push(text) })).toBe(false);
  expect(said).toEqual(["Installing bubblewrap with apt-get, for the sandbox", "Installing other with apt-get, for nothing", expect.stringMatching(/^other could not be installed: /)]);
  const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
  expect(calls.map((call) => call.replace(/-o \S+ /g, ""))).toEqual(["noninteractive update", "noninteractive install --yes --no-install-recommends bubblewrap", "noninteractive install --yes --no-install-recommends other"]);
});

test("does nothing when all is there", async () => {
  aptGet("exit 1");
  for (const name of ["bwrap", "other"]) {
    writeFileSync(join(folder, name), "");
    chmodSync(join(folder, name), 0o755);
  }
  expect(await installSystemPackages(WANTED, { say: () => expect.unreachable() })).toBe(true);
  expect(() => readFileSync(join(folder, "calls"))).toThrow("ENOENT");
});

test("installs although the list of packages cannot be brought up to date", async () => {
  aptGet(`case "$*" in *update) exit 100;; esac\n${INSTALL_BWRAP}`);
  expect(await installSystemPackages(WANTED.slice(0, 1), { say: () => undefined })).toBe(true);
});

test("ends with the start that it belongs to", async () => {
  aptGet("sleep 60");
  const stop = new AbortController();
  const installing = installSystemPackages(WANTED, { say: () => undefined, signal: stop.signal });
  stop.abort();
  await expect(installing).rejects.toBeInstanceOf(Stopped);
});

test.runIf(mayInstallPackages())("is one step of a start, which goes on without; CODER_NO_APT=1 keeps it away", async () => {
  aptGet("exit 1");
  let printed = "";
  const terminal = new Terminal({ write: (text) => (printed += text) });
  await bringSystemPackages({ terminal, signal: new AbortController().signal });
  expect(printed).toMatch(/Installing bubblewrap with apt-get, for the sandbox\n[^]*✓ System packages .* the health page says what is missing/);
  printed = "";
  process.env["CODER_NO_APT"] = "1";
  await bringSystemPackages({ terminal, signal: new AbortController().signal });
  delete process.env["CODER_NO_APT"];
  expect(printed).toBe("");
});
