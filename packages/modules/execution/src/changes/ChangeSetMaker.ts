import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import {
  changeSetCreatedEvent, ChangeSetIdSchema, MAX_CHANGE_BYTES, MAX_HUNKS, type ChangeSetId, type CreateChangeSetInput, type ProposedFile,
} from "@coder/api/execution";
import { unlessExists, type Stored } from "@coder/db";
import { actorOf, type Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import type { ChangeFileRow, ChangeSetRow } from "../entities.ts";
import { binaryFile, changeSetTooLarge, keyReused, listedTwice, nothingChanges, staleBase, type StaleFile } from "../errors.ts";
import { validateChangeSetJob } from "../jobs/definitions.ts";
import { hunksOf } from "./engine/hunks.ts";
import { isPlainText, textOfFile } from "./engine/lines.ts";
import { readDiskFile, type OpenProject, type ProjectAccess } from "./ProjectAccess.ts";
import type { ChangeRows } from "./store/ChangeRows.ts";
import type { IChangeTexts } from "./store/ChangeTexts.ts";
import { countsOf } from "./store/counts-of.ts";
import { noValidation } from "./validation/stored-validation.ts";

export interface ChangeSetMakerDeps {
  readonly rows: ChangeRows;
  readonly texts: IChangeTexts;
  readonly access: ProjectAccess;
}

/** Makes change sets of proposals: reads what each is based on, and keeps both texts. */
export class ChangeSetMaker {
  readonly #deps: ChangeSetMakerDeps;

  constructor(deps: ChangeSetMakerDeps) {
    this.#deps = deps;
  }

  async make(caller: Caller, input: CreateChangeSetInput): Promise<Stored<ChangeSetRow>> {
    const { access, rows, texts } = this.#deps;
    const project = await access.open(caller, input.projectId);
    const digest = createHash("sha256").update(JSON.stringify(input)).digest("hex");
    const known = await this.#known(caller, input, digest);
    if (known) return known;
    requireOnce(input.files);
    const id = newId(ChangeSetIdSchema);
    const place = { organizationId: project.organizationId, projectId: project.id, id };
    try {
      const files = await this.#files(project, id, input.files);
      await rows.files(caller).insertMany(files);
      const [now, jobId] = [rows.now(), newId()];
      const row = await unlessExists(
        rows.sets(caller).insert(
          {
            ...place, ...countsOf(files), digest, key: input.key, title: input.title, reason: input.reason, origin: input.origin, state: "validating", revision: 0, validation: noValidation(),
            task: { jobId, jobName: validateChangeSetJob.name, stale: "refuse", validation: "require", before: "ready" },
            problem: null, checkpointId: null, lockedProjectId: null, createdBy: actorOf(caller), createdAt: now, updatedAt: now, appliedAt: null,
          },
          { emit: [changeSetCreatedEvent.with({ organizationId: place.organizationId, projectId: place.projectId, changeSetId: id })], enqueue: [validateChangeSetJob.with({ id }, { id: jobId })] },
        ),
      );
      if (row) return row;
    } catch (error) {
      await this.#forget(caller, id);
      await texts.remove(place);
      throw error;
    }
    // The same request came twice at once, and the other one was first.
    await this.#forget(caller, id);
    await texts.remove(place);
    const first = await this.#known(caller, input, digest);
    if (!first) throw keyReused();
    return first;
  }

  async #known(caller: Caller, { projectId, key }: CreateChangeSetInput, digest: string): Promise<Stored<ChangeSetRow> | null> {
    const known = await this.#deps.rows.sets(caller).findOne({ projectId, key });
    if (known && known.digest !== digest) throw keyReused();
    return known;
  }

  async #forget(caller: Caller, changeSetId: ChangeSetId): Promise<void> {
    await this.#deps.rows.files(caller).deleteMany({ changeSetId });
  }

  async #files(project: OpenProject, changeSetId: ChangeSetId, proposed: readonly ProposedFile[]): Promise<readonly ChangeFileRow[]> {
    const files: ChangeFileRow[] = [];
    const stale: StaleFile[] = [];
    const total = { base: 0, proposal: 0, hunks: 0 };
    for (const file of proposed) {
      // A large change is many short pieces of work: others get their turn in between.
      await setImmediate();
      if (file.content !== null && !isPlainText(file.content)) throw binaryFile(file.path);
      const disk = await readDiskFile(project.tree, file.path);
      if ((disk?.hash ?? null) !== file.baseHash) {
        stale.push({ path: file.path, expected: file.baseHash, found: disk?.hash ?? null });
        continue;
      }
      total.base += disk?.bytes.length ?? 0;
      total.proposal += Buffer.byteLength(file.content ?? "");
      if (Math.max(total.base, total.proposal) > MAX_CHANGE_BYTES) throw changeSetTooLarge("bytes", MAX_CHANGE_BYTES);
      const base = disk && textOfFile(disk.bytes);
      if (disk && base === null) throw binaryFile(file.path);
      const executable = file.executable ?? null;
      const baseExecutable = disk?.executable ?? false;
      const { hunks, additions, deletions } = hunksOf({ kind: file.kind, base, baseExecutable, proposal: file.content, executable, hunkReasons: file.hunkReasons });
      if (hunks.length === 0) continue;
      total.hunks += hunks.length;
      if (total.hunks > MAX_HUNKS) throw changeSetTooLarge("hunks", MAX_HUNKS);
      const place = { organizationId: project.organizationId, projectId: project.id, id: changeSetId };
      const baseHash = disk && (await this.#deps.texts.put(place, disk.bytes));
      const proposalHash = file.content === null ? null : await this.#deps.texts.put(place, Buffer.from(file.content));
      files.push({
        id: newId(), organizationId: project.organizationId, projectId: project.id, changeSetId, position: files.length, path: file.path, kind: file.kind, baseHash, baseExecutable, proposalHash,
        executable, reason: file.reason, additions, deletions, hunks: [...hunks], edited: false, round: 0,
      });
    }
    if (stale.length > 0) throw staleBase(stale, false);
    if (files.length === 0) throw nothingChanges();
    return files;
  }
}

/** No path twice, and none that is a folder of another. */
function requireOnce(files: readonly ProposedFile[]): void {
  const paths = new Set<string>();
  for (const { path } of files) {
    if (paths.has(path)) throw listedTwice(path);
    paths.add(path);
  }
  for (const { path, kind } of files) {
    if (kind === "delete") continue;
    for (let cut = path.lastIndexOf("/"); cut > 0; cut = path.lastIndexOf("/", cut - 1)) {
      const above = path.slice(0, cut);
      if (paths.has(above) && files.some((file) => file.path === above && file.kind !== "delete")) throw listedTwice(above);
    }
  }
}
