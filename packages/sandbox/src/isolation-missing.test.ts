import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { hasBubblewrap, isRoot, openRig } from "./__fixtures__/rig.ts";
import { execute } from "./execute.ts";
import { remedyFor } from "./try-out.ts";

const PROGRAM = path.join(import.meta.dirname, "__fixtures__/tells-status.ts");

/** What the product says of a machine that `prefix` makes. */
async function statusIn(prefix: readonly string[]): Promise<unknown> {
  const [file = "", ...args] = [...prefix, process.execPath, PROGRAM];
  const { stdout, stderr } = await execute(file, args);
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

it.runIf(process.platform === "linux")("tells what bubblewrap said when it ends before anything else", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "coder-old-bwrap-"));
  const program = path.join(folder, "bwrap");
  await writeFile(program, '#!/bin/sh\n[ "$1" = --version ] && exec echo "bubblewrap 0.1.0"\necho "bwrap: Unknown option" >&2\nexit 1\n');
  await chmod(program, 0o755);
  await chmod(folder, 0o755);
  const rig = await openRig({ program });
  expect(await rig.sandbox.status()).toMatchObject({ driver: null, missing: [expect.stringContaining("Unknown option")] });
  await expect(rig.sandbox.run({ command: "true" })).rejects.toMatchObject({ code: "sandbox_unavailable" });
  await rig.close();
  await rm(folder, { recursive: true });
});

describe.skipIf(!hasBubblewrap())("a machine that does not let anybody isolate", () => {
  it("is told how to allow user namespaces", async () => {
    const forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --inh-caps=-all --ambient-caps=-all -- "$@"';
    expect(await statusIn(["unshare", "--user", "--map-user=1000", "--map-group=1000", "--keep-caps", "--", "sh", "-c", forbid, "sh"])).toMatchObject({
      driver: null, missing: [expect.stringContaining("bwrap")], remedy: expect.stringMatching(/user\.max_user_namespaces=.*sandbox\.allowBareProcess/),
    });
  });

  it.runIf(isRoot)("is told when root has no uid to give", async () => {
    expect(await statusIn(["unshare", "--user", "--map-root-user", "--"])).toMatchObject({ driver: null, missing: [expect.stringContaining("no other uids")], remedy: expect.stringContaining("ordinary user") });
  });
});

it.each([
  ["env: unrecognized option '--default-signal=INT,QUIT'", "GNU coreutils 8.31"],
  ["/bin/sh: 1: exec: nsenter: not found", "util-linux"],
  ["Unsupported fd type: FILE", "Bash 5.1"],
  ["bwrap: Unknown option --disable-userns", "bubblewrap 0.8.0"],
])("says what to do about %s", async (message, remedy) => {
  expect(await remedyFor(message)).toContain(remedy);
});
