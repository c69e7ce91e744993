import { closeSync, openSync } from "node:fs";

/** Descriptors that are ours until somebody else has them. They are opened without a thread, because what they lead to lies in memory. */
export class HeldDescriptors {
  readonly #descriptors: number[] = [];

  open(file: string, flags: string | number): number {
    const descriptor = openSync(file, flags);
    this.#descriptors.push(descriptor);
    return descriptor;
  }

  close(): void {
    this.#descriptors.splice(0).forEach(closeSync);
  }
}
