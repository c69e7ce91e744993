import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

const LARGEST_BYTES = 10 * 1024 * 1024;
const KEPT_FILES = 4;
const TAIL_BYTES = 8_192;

/** A process's output in a file that starts anew when it is full; the last few are kept. Never throws: a full disk must not take the product down with it. */
export class LogFile {
  #path;
  #largest;
  /** @type {number | null} */
  #descriptor = null;
  #size = 0;
  #tail = "";

  /**
   * @param {string} path
   * @param {number} [largest]
   */
  constructor(path, largest = LARGEST_BYTES) {
    this.#path = path;
    this.#largest = largest;
  }

  /** @param {Buffer} data */
  write(data) {
    this.#tail = (this.#tail + data.toString()).slice(-TAIL_BYTES);
    try {
      if (this.#descriptor === null) this.#open();
      if (this.#size + data.length > this.#largest && this.#size > 0) this.#rotate();
      if (this.#descriptor !== null) writeSync(this.#descriptor, data);
      this.#size += data.length;
    } catch {
      this.close();
    }
  }

  /** @param {number} lines */
  tail(lines) {
    return this.#tail.trimEnd().split("\n").slice(-lines).join("\n");
  }

  close() {
    const descriptor = this.#descriptor;
    this.#descriptor = null;
    try {
      if (descriptor !== null) closeSync(descriptor);
    } catch {
      // A network file system tells only now that it had no space.
    }
  }

  #open() {
    this.#descriptor = openSync(this.#path, "a", 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  #rotate() {
    this.close();
    rmSync(`${this.#path}.${KEPT_FILES}`, { force: true });
    for (let number = KEPT_FILES - 1; number >= 1; number -= 1) renameIfPresent(`${this.#path}.${number}`, `${this.#path}.${number + 1}`);
    renameIfPresent(this.#path, `${this.#path}.1`);
    this.#open();
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
function renameIfPresent(from, to) {
  try {
    renameSync(from, to);
  } catch {
    // There is none.
  }
}
