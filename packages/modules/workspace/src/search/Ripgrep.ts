import type { ISandbox, SandboxProcess } from "@coder/sandbox";
import { rgPath } from "@vscode/ripgrep";

/** Runs ripgrep in a tree. */
export interface IRipgrep {
  start(tree: string, args: readonly string[], signal: AbortSignal): Promise<SandboxProcess>;
}

const INSIDE = "/opt/ripgrep/rg";
const LIMITS = { wallSeconds: 300, cpuSeconds: 600, outputBytes: null, processes: 64 } as const;

/** In the sandbox, because a folder that is swapped for a link while it is searched must not lead out of the project. */
export class Ripgrep implements IRipgrep {
  readonly #sandbox: Pick<ISandbox, "spawn" | "pathInside">;

  constructor(deps: { readonly sandbox: Pick<ISandbox, "spawn" | "pathInside"> }) {
    this.#sandbox = deps.sandbox;
  }

  async start(tree: string, args: readonly string[], signal: AbortSignal): Promise<SandboxProcess> {
    // Where nothing is isolated, nothing is bound elsewhere either.
    const isolated = (await this.#sandbox.pathInside(tree)) !== tree;
    const program = isolated ? { command: INSIDE, binds: [{ from: rgPath, to: INSIDE }] } : { command: rgPath };
    return this.#sandbox.spawn({ ...program, args, tree: { path: tree, access: "read" }, limits: LIMITS, signal });
  }
}
