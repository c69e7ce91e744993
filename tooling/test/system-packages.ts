import { installSystemPackages, isPresent, mayInstallPackages, PRODUCT_PACKAGES, type SystemPackage } from "../launcher/system-packages.mjs";
import { BROWSERS } from "./browser.ts";

/** What tests need besides npm packages: what the product uses, and more. */
export const SYSTEM_PACKAGES: readonly SystemPackage[] = [
  ...PRODUCT_PACKAGES,
  { apt: "chromium-headless-shell", programs: BROWSERS, for: "the journeys in the browser" },
  { apt: "redis-server", programs: ["redis-server"], for: "queues and limits on Redis" },
  { apt: "faketime", programs: ["faketime"], for: "clocks that are an hour off" },
];

export interface PackageReport {
  /** Not there and not installed: the tests that need them are skipped. */
  readonly missing: readonly SystemPackage[];
  /** Whether this machine is one on which all of them can be installed, so nothing may be skipped. */
  readonly complete: boolean;
}

/** Installs what is missing, announcing each; or names it. */
export async function ensureSystemPackages({ say }: { readonly say: (text: string) => void }): Promise<PackageReport> {
  const complete = mayInstallPackages();
  if (complete) await installSystemPackages(SYSTEM_PACKAGES, { say });
  const missing = SYSTEM_PACKAGES.filter((each) => !isPresent(each));
  if (!complete) for (const each of missing) say(`${each.apt} is not installed: the tests of ${each.for} are skipped`);
  return { missing, complete };
}
