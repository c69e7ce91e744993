import { open, readdir, readFile, type FileHandle } from "node:fs/promises";

/**
 * Descriptors that whoever started this process left open for all its children: a terminal's, a shell's. Node closes its own in children, and these only
 * when their numbers are small. Runs get the null device in their place.
 */
export class InheritedDescriptors {
  readonly #numbers: readonly number[];
  readonly #nothing: FileHandle;

  private constructor(numbers: readonly number[], nothing: FileHandle) {
    this.#numbers = numbers;
    this.#nothing = nothing;
  }

  static async find(): Promise<InheritedDescriptors> {
    const names = await readdir("/proc/self/fdinfo").catch(() => []);
    const found = await Promise.all(names.map(async (name) => ((await isInherited(name)) ? Number(name) : 0)));
    return new InheritedDescriptors(found.filter((number) => number > 2), await open("/dev/null"));
  }

  /** The descriptors of a child, with nothing behind those that it must not get. */
  covered<Stdio>(stdio: readonly Stdio[]): (Stdio | number | "ignore")[] {
    const all: (Stdio | number | "ignore")[] = Array.from({ length: Math.max(stdio.length, ...this.#numbers.map((number) => number + 1)) }, () => "ignore");
    for (const number of this.#numbers) all[number] = this.#nothing.fd;
    for (const [index, each] of stdio.entries()) all[index] = each;
    return all;
  }

  close(): Promise<void> {
    return this.#nothing.close();
  }
}

/** From `/proc/self/fdinfo/N` (proc(5)): the flags in octal. */
async function isInherited(name: string): Promise<boolean> {
  const text = await readFile(`/proc/self/fdinfo/${name}`, "utf8").catch(() => "");
  const flags = /^flags:\s+([0-7]+)$/m.exec(text)?.[1];
  // O_CLOEXEC of Linux; Node has no name for it.
  return flags !== undefined && (Number.parseInt(flags, 8) & 0o2_000_000) === 0;
}
