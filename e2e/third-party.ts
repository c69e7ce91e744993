import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";

const ROOT = resolve(import.meta.dirname, "..");
const RIPGREP = createRequire(import.meta.url).resolve(`@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg`);
const GIT_ENVIRONMENT = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

/**
 * Sources of other people in a git repository on this machine. It is imported, and then changed along with the project: what a project should hold is
 * read off here, whatever has been done to it.
 */
export class ThirdParty {
  readonly tree: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.tree = join(folder, "tree");
  }

  /** `from` names files and folders of installed packages by where they will lie; `files` are written beside and over them. */
  static async make(from: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}): Promise<ThirdParty> {
    const made = new ThirdParty(await mkdtemp(join(tmpdir(), "coder-e2e-tree-")));
    for (const [to, source] of Object.entries(from)) await cp(join(ROOT, "node_modules", source), join(made.tree, to), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(made.tree, path)), { recursive: true });
      await writeFile(join(made.tree, path), text);
    }
    made.#git("init", "--quiet", "--initial-branch=main", "--template=");
    made.#git("add", "--all");
    made.#git("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "commit", "--quiet", "--message=As it was published");
    made.#git("gc", "--quiet");
    return made;
  }

  async dispose(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Everything in one zip, the repository included. */
  async zip(name: string): Promise<string> {
    const archive = new ZipFile();
    const entries = await readdir(this.tree, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const file = join(entry.parentPath, entry.name);
      const path = file.slice(this.tree.length + 1);
      // git asks for folders in which there is nothing.
      if (entry.isDirectory()) archive.addEmptyDirectory(path);
      else archive.addFile(file, path);
    }
    archive.end();
    const path = join(this.#folder, name);
    await pipeline(archive.outputStream, createWriteStream(path));
    return path;
  }

  /** Where the ripgrep binary finds a text: places and files. */
  count(text: string): { readonly matches: number; readonly files: number } {
    const output = execFileSync(RIPGREP, ["--no-config", "--hidden", "--glob=!.git", "--ignore-case", "--fixed-strings", "--count-matches", "--no-filename", "--", text, "."], { cwd: this.tree, encoding: "utf8" });
    const counts = output.trim().split("\n").map(Number);
    return { matches: counts.reduce((sum, count) => sum + count, 0), files: counts.length };
  }

  /** Each path with the hash of its bytes, without the repository's own files. */
  hashes(): Promise<ReadonlyMap<string, string>> {
    return hashesOf(this.tree);
  }

  /** The same of an exported archive, below the folder that it has at its top. */
  async hashesOfArchive(archive: string): Promise<ReadonlyMap<string, string>> {
    const folder = await mkdtemp(join(this.#folder, "exported-"));
    execFileSync("tar", ["-xzf", archive, "--strip-components=1", "-C", folder]);
    return hashesOf(folder);
  }

  #git(...args: readonly string[]): void {
    execFileSync("git", ["-C", this.tree, ...args], { env: GIT_ENVIRONMENT, stdio: ["ignore", "ignore", "inherit"] });
  }
}

async function hashesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(folder.length + 1);
    if (!entry.isFile() || path.startsWith(".git/")) continue;
    hashes.set(path, createHash("sha256").update(await readFile(file)).digest("hex"));
  }
  return new Map([...hashes].sort());
}
