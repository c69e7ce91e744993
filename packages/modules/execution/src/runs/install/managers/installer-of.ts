import { lockFileMissing } from "../../errors.ts";
import { readText } from "../../package-manifest.ts";
import type { PackageManager } from "../../PackageManager.ts";
import type { lockFileOf } from "../../Scripts.ts";
import { BerryInstaller } from "./BerryInstaller.ts";
import { MAX_LOCK_BYTES } from "./copy-manifests.ts";
import type { IInstaller, LockPlace } from "./IInstaller.ts";
import { NpmInstaller } from "./NpmInstaller.ts";
import { PnpmInstaller } from "./PnpmInstaller.ts";
import { YarnInstaller } from "./YarnInstaller.ts";

type Lock = NonNullable<Awaited<ReturnType<typeof lockFileOf>>>;

/** Who installs what a lock file says. */
export async function installerOf(tree: LockPlace["tree"], { path, folder, packageManager }: Lock, packages: PackageManager): Promise<IInstaller> {
  if (packageManager === "npm") return new NpmInstaller(packages);
  if (packageManager === "pnpm") return new PnpmInstaller(packages);
  const text = await readText(tree, path, MAX_LOCK_BYTES);
  if (text === null) throw lockFileMissing(folder);
  return /^__metadata:/m.test(text) ? new BerryInstaller(packages) : new YarnInstaller(packages);
}
