import { execFileSync } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";

export interface HostileArchive {
  readonly file: string;
  /** What the page says of it. */
  readonly refusal: RegExp;
}

/** Of the kinds that archives are made of to do harm, and of those that never arrived whole. */
export async function makeHostileArchives(): Promise<{ readonly archives: Readonly<Record<string, HostileArchive>>; dispose(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "coder-e2e-hostile-"));
  const at = (name: string) => join(folder, name);
  const tar = (...args: readonly string[]) => execFileSync("tar", ["-C", folder, ...args]);
  mkdirSync(at("tree"));
  writeFileSync(at("tree/good.txt"), "good");
  writeFileSync(at("tree/evil.txt"), "evil");

  tar("-czPf", at("tar-slip.tar.gz"), "--transform=s,^tree/evil,../../evil,", "tree/good.txt", "tree/evil.txt");
  // No library makes one: the name is changed where it stands.
  const zip = new ZipFile();
  zip.addFile(at("tree/good.txt"), "good.txt");
  zip.addFile(at("tree/evil.txt"), "up/evil.txt");
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(at("zip-slip.zip")));
  writeFileSync(at("zip-slip.zip"), Buffer.from(readFileSync(at("zip-slip.zip")).toString("latin1").replaceAll("up/evil", "../evil"), "latin1"));

  symlinkSync("/etc/passwd", at("tree/link"));
  tar("-czf", at("link.tar.gz"), "tree");
  rmSync(at("tree/link"));
  writeFileSync(at("tree/zeros"), Buffer.alloc(64 * 1024 ** 2));
  tar("-czf", at("bomb.tar.gz"), "tree");
  writeFileSync(at("tree/zeros"), execFileSync("head", ["-c", "200000", "/dev/urandom"]));
  tar("-czf", at("whole.tar.gz"), "tree");
  writeFileSync(at("truncated.tar.gz"), readFileSync(at("whole.tar.gz")).subarray(0, 100_000));
  writeFileSync(at("broken.zip"), "PK\u0003\u0004 and nothing else");
  const archives = {
    "a tar that leads out": { file: at("tar-slip.tar.gz"), refusal: /“\.\.\/\.\.\/evil\.txt” cannot be imported: its name/ },
    "a zip that leads out": { file: at("zip-slip.zip"), refusal: /\.\.\/evil\.txt/ },
    "a link that leads out": { file: at("link.tar.gz"), refusal: /points out of the project, to “\/etc\/passwd”/ },
    "a bomb": { file: at("bomb.tar.gz"), refusal: /unpacks to more than 200 times its size/ },
    "one that did not arrive whole": { file: at("truncated.tar.gz"), refusal: /damaged or incomplete/ },
    "one that is damaged": { file: at("broken.zip"), refusal: /damaged or incomplete/ },
  };
  return { archives, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}
