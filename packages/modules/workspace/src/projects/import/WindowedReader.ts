import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { callbackify } from "node:util";
import { RandomAccessReader } from "yauzl";
import { truncated } from "./ByteReader.ts";

const WINDOW_BYTES = 256 * 1024;
/** One follows the directory of the archive, one the entries. */
const WINDOWS = 2;

interface Window {
  readonly start: number;
  readonly bytes: Buffer;
}

/** Reads a file at any place, and what lies around it with it: archives are read in many small pieces, mostly one after the other. */
export class WindowedReader extends RandomAccessReader {
  readonly #handle: FileHandle;
  /** Last used first. */
  #windows: Window[] = [];

  constructor(handle: FileHandle) {
    super();
    this.#handle = handle;
  }

  /** Exactly so many bytes; damaged where the file does not have them. */
  async bytes(position: number, length: number): Promise<Buffer> {
    const window = this.#windows.find(({ start, bytes }) => start <= position && position + length <= start + bytes.length) ?? (await this.#load(position, length));
    this.#windows = [window, ...this.#windows.filter((other) => other !== window)].slice(0, WINDOWS);
    const from = position - window.start;
    if (from + length > window.bytes.length) throw truncated();
    return window.bytes.subarray(from, from + length);
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    callbackify(async () => void (await this.bytes(position, length)).copy(buffer, offset))(callback);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#range(start, end), { objectMode: false });
  }

  async *#range(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; ) {
      const length = Math.min(WINDOW_BYTES, end - at);
      const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, at);
      if (bytesRead === 0) throw truncated();
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async #load(position: number, length: number): Promise<Window> {
    const wanted = Math.max(length, WINDOW_BYTES);
    const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
    return { start: position, bytes: buffer.subarray(0, bytesRead) };
  }
}
