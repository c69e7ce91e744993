import { readFile } from "node:fs/promises";
import { isAppError } from "@coder/shared";
import { limitsOf } from "./check-spec.ts";
import type { IDriver } from "./drivers/driver.ts";
import type { IMeters } from "./limits/meter.ts";
import type { RunIds } from "./ownership/RunIds.ts";
import { Run } from "./Run.ts";

/** Why nothing can be isolated here, and what to do about it. */
export interface Shortfall {
  readonly reason: string;
  readonly remedy: string;
}

const BARE = "or let the owner allow runs without isolation (sandbox.allowBareProcess)";
const TRY_SECONDS = 10;

export async function notInstalled(program: string): Promise<Shortfall> {
  if (process.platform !== "linux") return { reason: "Bubblewrap isolates on Linux only.", remedy: `Run Coder IDE on Linux, ${BARE}.` };
  return { reason: `Bubblewrap (${program}) is not installed.`, remedy: `Install the package bubblewrap (${await installCommand()}), ${BARE}.` };
}

/** Runs the smallest program there is, in the way every run takes. Null: it works. */
export async function tryOut(driver: IDriver, { meters, runIds }: { readonly meters: IMeters; readonly runIds: RunIds | null }): Promise<Shortfall | null> {
  if (runIds === null && process.geteuid?.() === 0) {
    return { reason: "The product runs as root and has no other uids to give to runs.", remedy: "Start it as an ordinary user, or in a container that maps at least 65,536 ids." };
  }
  const lease = (await runIds?.lease(null)) ?? null;
  const limits = limitsOf({ command: "true", limits: { wallSeconds: TRY_SECONDS } });
  try {
    const identity = lease && { uid: lease.uid, gid: lease.uid };
    const meter = await meters.open(limits);
    const launched = await driver.launch({ command: "true", args: [], tree: null, binds: [], env: {}, cwd: ".", network: "none", limits, identity, groups: meter.groups });
    const run = new Run({ launched, limits, meter, treeSize: null, signals: [] });
    run.stdout.resume();
    run.stderr.resume();
    const { exitCode, endedBy } = await run.ended;
    return exitCode === 0 ? null : { reason: `A trial run in it ended with ${endedBy ?? exitCode}.`, remedy: "See the log of this process." };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { reason: error.message, remedy: await remedyFor(error.message) };
  } finally {
    await lease?.release();
  }
}

/** For what a trial run wrote before it ended. */
export async function remedyFor(message: string): Promise<string> {
  if (message.includes("default-signal")) return `Install GNU coreutils 8.31 or newer, whose env knows --default-signal, ${BARE}.`;
  if (message.includes("fd type")) return `Make /bin/sh dash, BusyBox or Bash 5.1 or newer, ${BARE}.`;
  if (/nsenter: .*not found/.test(message)) return `Install util-linux, which has nsenter, ${BARE}.`;
  const [namespaces, unprivileged, apparmor] = await Promise.all(
    ["/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/unprivileged_userns_clone", "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"].map((file) => readFile(file, "utf8").then((text) => text.trim(), () => null)),
  );
  if (namespaces === "0") return `Allow user namespaces: sysctl -w user.max_user_namespaces=10000, ${BARE}.`;
  if (unprivileged === "0") return `Allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1, ${BARE}.`;
  if (apparmor === "1") return `Allow user namespaces: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for bwrap, ${BARE}.`;
  if (message.includes("nknown option")) return `Install bubblewrap 0.8.0 or newer, ${BARE}.`;
  return `In a container, allow user namespaces (for example --security-opt seccomp=unconfined), ${BARE}.`;
}

async function installCommand(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  if (/^ID(_LIKE)?=.*(fedora|rhel)/m.test(release)) return "dnf install bubblewrap";
  if (/^ID(_LIKE)?=.*arch/m.test(release)) return "pacman -S bubblewrap";
  if (/^ID(_LIKE)?=.*alpine/m.test(release)) return "apk add bubblewrap";
  return "apt-get install bubblewrap";
}
