const NEWLINE = 0x0a;

/** Cuts a stream of bytes into its lines, however long they are, without copying what is not cut. */
export class MessageLines {
  #parts: Buffer[] = [];

  /** The lines that this piece completes, without their ends. */
  push(piece: Buffer): readonly Buffer[] {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      const rest = piece.subarray(from, end);
      lines.push(this.#parts.length === 0 ? rest : Buffer.concat([...this.#parts, rest]));
      this.#parts = [];
      from = end + 1;
    }
    if (from < piece.length) this.#parts.push(piece.subarray(from));
    return lines;
  }
}
