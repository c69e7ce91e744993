import type { Caller } from "@coder/shared";
import type { Reserve } from "@coder/work-tree";
import type { ProjectRow } from "../entities.ts";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";
import type { Quota } from "../projects/Quota.ts";

/** What writes add to a project, counted against the organization's quota before they happen and given back when they do not. */
export class Charges {
  readonly #deps: { readonly quota: Quota; readonly access: ProjectAccess };

  constructor(deps: { readonly quota: Quota; readonly access: ProjectAccess }) {
    this.#deps = deps;
  }

  /** Runs a write that asks for room with the function it is given. `quota_exceeded`. */
  async charging<Result>(caller: Caller, project: ProjectRow, write: (reserve: Reserve) => Promise<Result>): Promise<Result> {
    const { quota, access } = this.#deps;
    const taken = { files: 0, bytes: 0 };
    const reserve: Reserve = async ({ files, bytes }) => {
      await quota.reserve(caller, { files, bytes });
      taken.files += files;
      taken.bytes += bytes;
    };
    let result: Result;
    try {
      result = await write(reserve);
    } catch (error) {
      await quota.release(caller, taken);
      throw error;
    }
    const rows = access.rows(caller);
    if (taken.files !== 0) await rows.increment(project.id, "chargedFiles", taken.files);
    if (taken.bytes !== 0) await rows.increment(project.id, "chargedBytes", taken.bytes);
    return result;
  }
}
