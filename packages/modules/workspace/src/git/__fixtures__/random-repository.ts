import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { GIT_ENVIRONMENT } from "./bare-git.ts";

/** Names of every kind that a file system and git can hold; the last is not UTF-8. */
const NAMES = ["a.txt", "b", "c d.txt", "é.txt", "日本", "-dash", "tab\there", "new\nline", 'quo"te', "back\\slash", "a -> b", ".hidden", "x".repeat(100)];
const ODD = Buffer.from([0x6f, 0xff, 0x64]);
const FOLDERS = ["", "sub", "sub/deep", "with space"];

const IDENTITY = { GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.com", GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@example.com", GIT_AUTHOR_DATE: "2024-01-02T03:04:05+02:00", GIT_COMMITTER_DATE: "2024-01-02T03:04:05+02:00" };

/** Runs git as its owner would; what it says of success is not looked at, because random commands may fail. */
export function git(cwd: string, ...args: readonly string[]): string {
  return spawnSync("git", ["-c", "protocol.file.allow=always", "-c", "safe.directory=*", ...args], { cwd, encoding: "latin1", env: { ...GIT_ENVIRONMENT, ...IDENTITY } }).stdout;
}

/** Makes a repository with a history and a work tree that differ from each other in ways that the seed chooses. */
export function makeRepository(directory: string, seed: number): void {
  const random = generator(seed);
  const chance = (percent: number): boolean => random(100) < percent;
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item => items[random(items.length)] ?? items[0];
  const file = (): string => path.posix.join(FOLDERS[random(FOLDERS.length)] ?? "", NAMES[random(NAMES.length)] ?? "a.txt");
  const on = (at: string): string => path.join(directory, at);
  const write = (at: string, text = content(random)): void => {
    mkdirSync(path.dirname(on(at)), { recursive: true });
    attempt(() => writeFileSync(on(at), text));
  };

  git(directory, "init", "-q", "-b", pick(["main", "feature/x", "été"]), "--template=");
  if (chance(30)) git(directory, "config", "core.autocrlf", pick(["true", "input"]));
  if (chance(30)) write(".gitattributes", "*.txt text eol=crlf\nb -text\n");
  if (chance(30)) write(".gitignore", "*.log\nignored/\n");
  if (chance(5)) return;
  for (let count = 3 + random(8); count > 0; count -= 1) write(file());
  if (chance(40)) attempt(() => writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), ODD]), content(random)));
  if (chance(30)) attempt(() => symlinkSync("a.txt", on("link")));
  if (chance(10)) addSubmodule(directory, random);
  git(directory, "add", "-A");
  git(directory, "commit", "-qm", "First");
  if (chance(20)) {
    git(directory, "branch", "base");
    git(directory, "branch", "-q", "--set-upstream-to=base");
    write(file());
    git(directory, "commit", "-qam", "Ahead");
  }
  if (chance(25)) conflict(directory, write, pick(["merge", "rebase", "cherry-pick"]));
  if (chance(10)) git(directory, "checkout", "-q", "--detach");

  for (let count = random(10); count > 0; count -= 1) {
    const at = file();
    switch (random(8)) {
      case 0:
      case 1:
        write(at);
        break;
      case 2:
        attempt(() => rmSync(on(at), { recursive: true }));
        break;
      case 3:
        mkdirSync(path.dirname(on(file())), { recursive: true });
        attempt(() => renameSync(on(at), on(`${at}-moved`)));
        break;
      case 4:
        git(directory, "mv", "-k", "--", at, `${at}-renamed`);
        break;
      case 5:
        if (existsSync(on(at))) attempt(() => chmodSync(on(at), 0o755));
        break;
      case 6:
        write(`new/${at}`);
        break;
      default:
        write(at, "\0binary");
    }
    if (chance(30)) git(directory, "add", "-A", "--", `:(literal)${at}`);
    if (chance(10)) git(directory, "add", "-A");
  }
  if (chance(20)) write("ignored/x");
  if (chance(20)) attempt(() => writeFileSync(Buffer.concat([Buffer.from(`${directory}/new-`), ODD]), "x"));
  if (chance(10)) git(directory, "rm", "-q", "--cached", "--", "a.txt");
  if (chance(10)) write("intended");
  git(directory, "add", "-N", "--", "intended");
}

function conflict(directory: string, write: (at: string, text: string) => void, how: "merge" | "rebase" | "cherry-pick"): void {
  write("fight", "base\n");
  write("gone", "base\n");
  git(directory, "add", "fight", "gone");
  git(directory, "commit", "-qm", "Base of a conflict");
  git(directory, "checkout", "-qb", "other");
  write("fight", "theirs\n");
  write("gone", "theirs\n");
  git(directory, "commit", "-qam", "Theirs");
  git(directory, "checkout", "-q", "-");
  write("fight", "ours\n");
  git(directory, "rm", "-q", "gone");
  git(directory, "commit", "-qam", "Ours");
  git(directory, how, ...(how === "merge" ? ["--no-edit"] : []), "other");
}

function addSubmodule(directory: string, random: (below: number) => number): void {
  const source = `${directory}-source`;
  mkdirSync(source);
  git(source, "init", "-q", "--template=");
  writeFileSync(path.join(source, "s"), "s");
  git(source, "add", "s");
  git(source, "commit", "-qm", "S");
  git(directory, "submodule", "add", "-q", source, "module");
  if (random(2) === 0) return;
  git(directory, "commit", "-qm", "With a submodule");
  writeFileSync(path.join(directory, "module", "s"), "changed");
  if (random(2) === 0) git(path.join(directory, "module"), "commit", "-qam", "Another");
}

function content(random: (below: number) => number): string {
  const end = random(3) === 0 ? "\r\n" : "\n";
  return Array.from({ length: 1 + random(12) }, () => `line ${random(5)} é${end}`).join("");
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // A file in the place of a folder, or the other way round: the next step does something else.
  }
}

/** Numbers below a bound, the same for the same seed. */
function generator(seed: number): (below: number) => number {
  let state = (seed + 1) * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0;
    return (state >>> 7) % below;
  };
}
