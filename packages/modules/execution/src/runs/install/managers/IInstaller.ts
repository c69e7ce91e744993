import type { SandboxBind } from "@coder/sandbox";
import type { ProjectPath } from "@coder/api/workspace";
import type { ProjectTree } from "@coder/work-tree";

/** A lock file of a project, and where to install what it names. */
export interface LockPlace {
  readonly tree: ProjectTree;
  /** That the lock file lies in. */
  readonly folder: ProjectPath;
  readonly lockPath: ProjectPath;
}

export interface LockContent {
  /** How many packages are to be installed. */
  readonly packages: number;
  /** The folders of the project that it speaks of, as paths from the lock file's own; `""` is that folder. */
  readonly folders: readonly string[];
}

/** What runs in the sandbox, where the registry is reached through a proxy. */
export interface InstallCommand {
  /** For Node. */
  readonly args: readonly string[];
  readonly binds: readonly SandboxBind[];
  readonly env: Readonly<Record<string, string>>;
}

/** How a package manager installs what its lock file says, and nothing else: no scripts, no programs and no settings of the project that would lead elsewhere. */
export interface IInstaller {
  /** As somebody would type it. */
  readonly commandLine: string;
  /** Copies the lock file and what must lie beside it. `lock_file_refused`, `install_unsupported`, `lock_file_missing`. */
  copy(place: LockPlace, made: string, registry: string): Promise<LockContent>;
  command(registry: string, proxy: string): Promise<InstallCommand>;
  /** After the program has ended well: what is wrong with it all the same, for people; null where nothing is. */
  faultOf(made: string): Promise<string | null>;
}
