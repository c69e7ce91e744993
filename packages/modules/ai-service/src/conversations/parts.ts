import type { Part } from "@coder/api/ai-service";

/** The parts that pieces come to: text is joined to the text before it, of a tool call the last piece counts, in the place of the first. */
export function joinPieces(pieces: readonly Part[]): Part[] {
  const parts: Part[] = [];
  for (const piece of pieces) {
    const last = parts.at(-1);
    const at = piece.kind === "tool" ? parts.findIndex((part) => part.kind === "tool" && part.callId === piece.callId) : -1;
    if (at >= 0) parts[at] = piece;
    else if (piece.kind === "text" && last?.kind === "text") parts[parts.length - 1] = { kind: "text", text: last.text + piece.text };
    else parts.push(piece);
  }
  return parts;
}

/** What it says in words. */
export function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("");
}
