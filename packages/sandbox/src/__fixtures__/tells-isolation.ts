// Started from somewhere else, perhaps as somebody else: tells as JSON what the battery found, and how the rest behaves.
import { stat } from "node:fs/promises";
import path from "node:path";
import { runBattery } from "./battery.ts";
import { isRoot, openRig, sleepers } from "./rig.ts";

const rig = await openRig();
const tree = await rig.tree();
const wrong = await runBattery(rig);
const written = await rig.sh("echo hi > made && cat made && id -u", { tree: { path: tree, access: "write" } });
const bomb = await rig.sh("perl -e 'fork while 1'", { tree: { path: tree, access: "write" }, limits: { processes: 40, wallSeconds: 15 } });
const hog = await rig.sh("node -e 'const a=[];for(;;)a.push(Buffer.alloc(1e7,1))'", { limits: { memoryBytes: 300 * 1024 ** 2, wallSeconds: 15 } });
const burner = await rig.sh("while :; do :; done", { limits: { cpuSeconds: 1, wallSeconds: 15 } });
const owner = (await stat(path.join(tree, "made"))).uid;
const { inForce, missing } = await rig.sandbox.status();
await rig.close();

process.stdout.write(JSON.stringify({ uid: process.getuid?.(), wrong, written: written.stdout, owner, bomb: bomb.endedBy, hog: hog.endedBy ?? hog.exitCode ?? hog.signal, burner: burner.endedBy, inForce, missing, bare: isRoot ? null : await bareProcess() }));

/** Of root's, `bare.test.ts` tells. */
async function bareProcess(): Promise<{ readonly stdout: string; readonly outlived: number; readonly missing: readonly string[] }> {
  const bare = await openRig({ program: "bwrap-that-is-not-there", allowBareProcess: () => true });
  const bareTree = await bare.tree();
  const { stdout } = await bare.sh("echo hi > made && id -u", { tree: { path: bareTree, access: "write" } });
  const left = "50123.5";
  await bare.sh(`(setsid sleep ${left} >/dev/null 2>&1 &)`);
  const outlived = (await sleepers(left)).length;
  const { missing: bareMissing } = await bare.sandbox.status();
  await bare.close();
  return { stdout, outlived, missing: bareMissing };
}
