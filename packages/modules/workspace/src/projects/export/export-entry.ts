import type { ProjectPath } from "@coder/api/workspace";
import type { StableFile } from "./StableReader.ts";

/** One thing that leaves with an export, below the folder that holds all of it. */
export type ExportEntry =
  | { readonly kind: "folder"; readonly path: ProjectPath; readonly modifiedAt: Date }
  | { readonly kind: "symlink"; readonly path: ProjectPath; readonly target: Buffer; readonly modifiedAt: Date }
  | { readonly kind: "file"; readonly path: ProjectPath; readonly file: StableFile };
