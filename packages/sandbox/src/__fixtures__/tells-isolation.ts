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
const closed = await rig.sh("mkdir closed && head -c 3000000 /dev/zero > closed/x && chmod 000 closed", { tree: { path: tree, access: "write" }, limits: { treeGrowthBytes: 100_000_000 } });
await rig.sh("chmod 700 closed", { tree: { path: tree, access: "write" } });
// PR_SET_DUMPABLE: nobody but root looks at it. What it writes is in no folder.
const hides = `exec perl -e 'syscall($ARGV[0], 4, 0, 0, 0, 0); for (1..60) { open(my $f, "+>", "hidden") or die; unlink "hidden"; push @kept, $f; print $f "x" x 1_000_000 for 1..16 } sleep 60' $(test $(uname -m) = x86_64 && echo 157 || echo 167)`;
const hider = await rig.sh(hides, { tree: { path: tree, access: "write" }, limits: { treeGrowthBytes: 100_000_000, wallSeconds: 30 } });
const memory = await rig.sh("perl -e '$name = \"x\"; print syscall($ARGV[0], $name, 0) == -1 ? $!+0 : 0' $(test $(uname -m) = x86_64 && echo 319 || echo 279)");
const tasks = await rig.sh("ulimit -p 2>/dev/null || ulimit -u", { limits: { processes: 1_000_000 } });
const owner = (await stat(path.join(tree, "made"))).uid;
const { inForce, missing } = await rig.sandbox.status();
await rig.close();

process.stdout.write(JSON.stringify({ uid: process.getuid?.(), wrong, written: written.stdout, owner, bomb: bomb.endedBy, hog: hog.endedBy ?? hog.exitCode ?? hog.signal, burner: burner.endedBy, closedBytes: closed.treeGrowthBytes, hider: hider.endedBy, memory: memory.stdout, tasks: tasks.stdout.trim(), inForce, missing, bare: isRoot ? null : await bareProcess() }));

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
