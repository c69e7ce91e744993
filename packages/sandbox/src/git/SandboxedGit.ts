import { readdir } from "node:fs/promises";
import path from "node:path";
import { invalidRun } from "../errors.ts";
import type { ISandbox, SandboxLimits, SandboxResult, SandboxRunSpec } from "../ISandbox.ts";
import { checkCloneAddress, type CloneAddress, type Resolve } from "./clone-address.ts";
import { progressReader, type CloneProgress } from "./clone-progress.ts";
import { cloneTooLarge, gitFailed, gitOutputTooLarge, gitTimeout, gitTooHeavy } from "./git-errors.ts";

export interface GitOptions {
  readonly signal?: AbortSignal;
  readonly stdin?: string | Uint8Array;
  /** Who commits and when: `GIT_AUTHOR_NAME` and the like. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 60. */
  readonly timeoutSeconds?: number;
  /** Default 20 MB. */
  readonly maxOutputBytes?: number;
  /** Exit codes that are an answer; default 0 alone. */
  readonly accept?: readonly number[];
}

export interface GitOutput {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface CloneOptions {
  /** https; from hosts that the operator allows also http. */
  readonly url: string;
  /** Branch or tag to check out; default: what the other side points at. */
  readonly ref?: string | null;
  /** Becomes a work tree; made when it is not there, else empty. After a failure it may hold a part. */
  readonly target: string;
  /** The most that the tree may hold, history included; default: the sandbox's. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CloneProgress) => void;
  /** Hosts (`host` or `host:port`) that may have a private address. */
  readonly allowedPrivateHosts: readonly string[];
}

export interface SandboxedGitDeps {
  readonly sandbox: Pick<ISandbox, "run" | "spawn" | "prepareTree" | "pathInside">;
  /** How names of hosts are resolved; for tests. Default: as this machine does. */
  readonly resolve?: Resolve;
}

/** Nothing of a machine or of a person decides what git does, and nobody is asked. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", GIT_ATTR_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0", GIT_ASKPASS: "", SSH_ASKPASS: "", GIT_PAGER: "cat", GIT_EDITOR: "true",
  LC_ALL: "C.UTF-8",
};
/** A run has another uid than whoever wrote the tree; the tree is foreign code anyway. */
const ALWAYS = ["--no-pager", "-c", "safe.directory=*", "-c", "core.fsmonitor=false"];
const LIMITS = { cpuSeconds: 600, processes: 128 } as const;
const TIMEOUT_SECONDS = 60;
const OUTPUT_BYTES = 20 * 1024 ** 2;
const CLONE_SECONDS = 3_600;
const MESSAGE_BYTES = 50 * 1024 ** 2;
const MESSAGE_TAIL = 8_192;
/** A program that git started met the limit on the size of files (SIGXFSZ). */
const FILE_LIMIT = /died of signal 25|File too large/;

/** Git on work trees. A project's own configuration, hooks, filters and attributes are foreign code: they may run, in the sandbox. */
export class SandboxedGit {
  readonly #deps: SandboxedGitDeps;

  constructor(deps: SandboxedGitDeps) {
    this.#deps = deps;
  }

  /** For what only looks: takes no lock, and the tree cannot be changed. */
  read(tree: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
    return this.#run({ command: "git", args: [...ALWAYS, ...args], tree: { path: tree, access: "read" }, env: { GIT_OPTIONAL_LOCKS: "0" } }, options);
  }

  write(tree: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
    return this.#run({ command: "git", args: [...ALWAYS, ...args], tree: { path: tree, access: "write" } }, options);
  }

  /**
   * Clones into an empty tree. Fetching sees the network and nothing of a project yet, because what git does is decided by these arguments alone; files are
   * written afterwards, without the network. `clone_address_refused`, `clone_too_large`, `git_failed`, `git_timeout`.
   */
  async clone({ url, ref = null, target, maxBytes, signal, onProgress, allowedPrivateHosts }: CloneOptions): Promise<void> {
    if (ref !== null && !isRef(ref)) throw gitFailed(`'${ref}' is not a valid branch name`, 128);
    const address = await checkCloneAddress(url, allowedPrivateHosts, this.#deps.resolve);
    await this.#deps.sandbox.prepareTree(target);
    if ((await readdir(target)).length > 0) throw invalidRun(`${target} is not empty`);
    const common = {
      tree: { path: target, access: "write" },
      limits: { ...LIMITS, wallSeconds: CLONE_SECONDS, cpuSeconds: CLONE_SECONDS, outputBytes: MESSAGE_BYTES, ...(maxBytes === undefined ? {} : { treeBytes: Math.max(1, maxBytes) }) },
      ...(signal ? { signal } : {}),
    } as const;
    const report = progressReader(onProgress ?? (() => undefined));
    const branch = ref === null ? [] : [`--branch=${ref}`];
    await this.#follow({ ...common, network: "host", args: [...fetchArguments(address), "clone", "--no-checkout", "--progress", "--template=", "--no-recurse-submodules", ...branch, "--", address.url, "."] }, report, maxBytes);
    await this.#refuseLarge(target, maxBytes);
    const { exitCode } = await this.read(target, ["rev-parse", "--verify", "--quiet", "HEAD"], { accept: [0, 1], ...(signal ? { signal } : {}) });
    // A repository without a commit has nothing to write.
    if (exitCode !== 0) return;
    await this.#follow({ ...common, args: ["-c", "core.hooksPath=/dev/null", "-c", "submodule.recurse=false", "checkout", "--force", "--progress", "--no-recurse-submodules"] }, report, maxBytes);
    await this.#refuseLarge(target, maxBytes);
  }

  /** What was too quick for the sandbox to see. */
  async #refuseLarge(tree: string, maxBytes: number | undefined): Promise<void> {
    if (maxBytes === undefined) return;
    const { stdout } = await this.#deps.sandbox.run({ command: "du", args: ["--summarize", "--block-size=1", "."], tree: { path: tree, access: "read" } });
    if (Number.parseInt(stdout.toString(), 10) > maxBytes) throw cloneTooLarge(maxBytes);
  }

  async #run(spec: SandboxRunSpec & { readonly tree: NonNullable<SandboxRunSpec["tree"]> }, { signal, stdin, env = {}, timeoutSeconds = TIMEOUT_SECONDS, maxOutputBytes = OUTPUT_BYTES, accept = [0] }: GitOptions): Promise<GitOutput> {
    const limits: Partial<SandboxLimits> = { ...LIMITS, wallSeconds: timeoutSeconds, outputBytes: maxOutputBytes };
    // A tree whose .git is none belongs to no repository around it: without isolation there may be one.
    const ceiling = { GIT_CEILING_DIRECTORIES: path.dirname(await this.#deps.sandbox.pathInside(spec.tree.path)) };
    const result = await this.#deps.sandbox.run({ ...spec, env: { ...ENVIRONMENT, ...ceiling, ...spec.env, ...env }, limits, ...(signal ? { signal } : {}), ...(stdin === undefined ? {} : { stdin }) });
    const stderr = result.stderr.toString();
    refuseLimit(result.endedBy, timeoutSeconds, maxOutputBytes);
    if (result.exitCode === null || !accept.includes(result.exitCode)) throw gitFailed(stderr || result.stdout.toString(), result.exitCode);
    return { stdout: result.stdout, stderr, exitCode: result.exitCode };
  }

  /** Runs a long command and reads its messages while it works. */
  async #follow(spec: Omit<SandboxRunSpec, "command">, report: (text: string) => void, maxBytes: number | undefined): Promise<void> {
    const started = await this.#deps.sandbox.spawn({ ...spec, command: "git", args: [...ALWAYS, ...(spec.args ?? [])], env: ENVIRONMENT });
    started.stdin.end();
    started.stdout.resume();
    let said = "";
    started.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-MESSAGE_TAIL);
      report(text);
    });
    const { exitCode, endedBy } = await started.ended;
    spec.signal?.throwIfAborted();
    if (maxBytes !== undefined && (endedBy === "tree" || FILE_LIMIT.test(said))) throw cloneTooLarge(maxBytes);
    refuseLimit(endedBy, CLONE_SECONDS, MESSAGE_BYTES);
    if (exitCode !== 0) throw gitFailed(messages(said), exitCode);
  }
}


/** What decides how git fetches: https and the one host, no redirect, no proxy, no password, no program but git's own. */
function fetchArguments({ protocol, pinned }: CloneAddress): readonly string[] {
  const settings = [
    "protocol.allow=never", `protocol.${protocol}.allow=always`, "http.followRedirects=false", ...(pinned === null ? [] : [`http.curloptResolve=${pinned}`]), "http.proxy=",
    "http.lowSpeedLimit=1000", "http.lowSpeedTime=60", "credential.helper=", "core.askPass=", "core.hooksPath=/dev/null", "submodule.recurse=false", "fetch.uriProtocols=", "transfer.bundleURI=false",
  ];
  return settings.flatMap((setting) => ["-c", setting]);
}

function refuseLimit(endedBy: SandboxResult["endedBy"], seconds: number, bytes: number): void {
  if (endedBy === "wall" || endedBy === "cpu") throw gitTimeout(seconds);
  if (endedBy === "output") throw gitOutputTooLarge(bytes);
  if (endedBy !== null && endedBy !== "abort") throw gitTooHeavy(endedBy);
}

/** Without the progress that came before. */
function messages(text: string): string {
  return text.split(/[\r\n]+/).filter((line) => !/^Cloning into|\d+% \(|: \d+, done/.test(line)).join("\n");
}

/** As `git check-ref-format` has it, as far as options and patterns are concerned. */
function isRef(ref: string): boolean {
  return /^(?![-/.])[\p{L}\p{N}\p{S}\p{P}]{1,200}(?<![./])$/u.test(ref) && !/[~^:?*[\\]|\.\.|@\{/.test(ref);
}
