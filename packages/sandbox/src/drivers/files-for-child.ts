import { randomUUID } from "node:crypto";
import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A descriptor for reading and writing of a file that nobody finds by a name. Whoever reads it without a place begins at its beginning. */
export function namelessFile(content: Uint8Array): number {
  const file = path.join(tmpdir(), `coder-sandbox-${randomUUID()}`);
  const descriptor = openSync(file, "wx+", 0o600);
  unlinkSync(file);
  if (content.length > 0) writeSync(descriptor, content, 0, content.length, 0);
  return descriptor;
}

/** Descriptors that a child gets: once it has its own, ours are closed. They are opened without a thread, because what they lead to lies in memory. */
export class FilesForChild {
  readonly #descriptors: number[] = [];

  holding(content: Uint8Array): number {
    return this.#kept(namelessFile(content));
  }

  /** Of what is there already, for writing. */
  writingTo(file: string): number {
    return this.#kept(openSync(file, "r+"));
  }

  close(): void {
    this.#descriptors.splice(0).forEach(closeSync);
  }

  #kept(descriptor: number): number {
    this.#descriptors.push(descriptor);
    return descriptor;
  }
}
