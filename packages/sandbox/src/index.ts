export { createSandbox } from "./create-sandbox.ts";
export { sandboxResource } from "./sandbox-resource.ts";
export type { SandboxOptions } from "./create-sandbox.ts";
export type {
  ISandbox, SandboxBind, SandboxEnd, SandboxLimit, SandboxLimits, SandboxNetwork, SandboxProcess, SandboxResult, SandboxRunSpec, SandboxSpec, SandboxStatus, SandboxTree,
} from "./ISandbox.ts";
export { SandboxedGit } from "./git/SandboxedGit.ts";
export type { CloneOptions, GitOptions, GitOutput, SandboxedGitDeps } from "./git/SandboxedGit.ts";
export type { CloneProgress } from "./git/clone-progress.ts";
