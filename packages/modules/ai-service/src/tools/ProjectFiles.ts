import { createHash } from "node:crypto";
import { pathFault, type ProjectId } from "@coder/api/workspace";
import type { workspaceRouter } from "@coder/api/workspace/router";
import type { Caller } from "@coder/shared";
import type { ServiceClient } from "@coder/shared/trpc";
import { fileUnreadable } from "../errors.ts";

const FILES_AT_ONCE = 64;

export type WorkspaceClient = ServiceClient<typeof workspaceRouter>;

export interface TextFile {
  readonly path: string;
  readonly text: string;
  /** SHA-256 in hexadecimal. */
  readonly hash: string;
}

/** Files of a project, as the person who asks may read them. */
export class ProjectFiles {
  readonly #workspace: WorkspaceClient;

  constructor(deps: { readonly workspace: WorkspaceClient }) {
    this.#workspace = deps.workspace;
  }

  /** `file_unreadable` (404) for what is no text or not there. */
  async read(caller: Caller, projectId: ProjectId, path: string, signal: AbortSignal): Promise<TextFile> {
    const file = await this.find(caller, projectId, path, signal);
    if (!file) throw fileUnreadable(path, "it is not there");
    return file;
  }

  /** The texts of those that have one, for a person of whom it is known already that they may read them. */
  async texts(caller: Caller, projectId: ProjectId, paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    const workspace = this.#workspace(caller, { signal });
    let rest = paths.filter((path) => path !== "" && pathFault(path) === null);
    while (rest.length > 0) {
      const { files } = await workspace.readFiles({ projectId, paths: rest.slice(0, FILES_AT_ONCE) });
      for (const { path, text } of files) if (text !== null) texts.set(path, text);
      const again = files.filter(({ reason }) => reason === "next").map(({ path }) => path);
      rest = [...(again.length < files.length ? again : []), ...rest.slice(FILES_AT_ONCE)];
    }
    return texts;
  }

  /** Null where there is nothing. */
  async find(caller: Caller, projectId: ProjectId, path: string, signal: AbortSignal): Promise<TextFile | null> {
    const fault = path === "" ? "must name a file" : pathFault(path);
    if (fault !== null) throw fileUnreadable(path, fault);
    const workspace = this.#workspace(caller, { signal });
    // This asks for the person's right to read; what follows is between modules and does not.
    const entry = await workspace.getEntry({ projectId, path }).catch((error: unknown) => {
      if (error instanceof Error && "kind" in error && error.kind === "not_found" && "code" in error && error.code !== "project_not_found") return null;
      throw error;
    });
    if (!entry) return null;
    const { files } = await workspace.readFiles({ projectId, paths: [path] });
    const { text = null, reason } = files[0] ?? {};
    if (text === null) {
      if (reason === "missing") return null;
      throw fileUnreadable(path, REASONS[reason ?? ""] ?? "it cannot be read");
    }
    return { path, text, hash: hashOf(text) };
  }
}

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const REASONS: Readonly<Record<string, string>> = { not_a_file: "it is no file", too_large: "it is too large", binary: "it is no text", next: "it is too large" };
