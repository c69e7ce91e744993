import { z } from "zod";
import type { SecretFirewall } from "../secrets/SecretFirewall.ts";
import type { TextFile } from "./ProjectFiles.ts";

/** An edit as a model proposes it: a text that stands once in the file and what replaces it, or a whole file, or its end. */
export const EditSchema = z.union([
  z.strictObject({ path: z.string().min(1).max(4_096), search: z.string().min(1).max(200_000), replace: z.string().max(200_000), reason: z.string().max(500).default("") }),
  z.strictObject({ path: z.string().min(1).max(4_096), content: z.string().max(1_000_000), reason: z.string().max(500).default("") }),
  z.strictObject({ path: z.string().min(1).max(4_096), delete: z.literal(true), reason: z.string().max(500).default("") }),
]);
export type Edit = z.output<typeof EditSchema>;

/** A file as it would be. */
export interface ProposedFile {
  readonly path: string;
  readonly kind: "create" | "modify" | "delete";
  readonly baseHash: string | null;
  readonly content: string | null;
  readonly reason: string;
}

export interface EditRefusal {
  readonly path: string;
  readonly reason: string;
}

export interface EditContext {
  /** The file as it is now; null where there is none. */
  readonly current: TextFile | null;
  /** Its hash when the model was shown it. */
  readonly shownHash: string | undefined;
  readonly firewall: SecretFirewall;
}

/** What the edits of one file come to, in their order; or why they cannot be taken. Placeholders of secrets are put back. */
export function applyEdits(path: string, edits: readonly Edit[], { current, shownHash, firewall }: EditContext): ProposedFile | EditRefusal {
  if (current && shownHash !== undefined && shownHash !== current.hash) return { path, reason: "the file has changed since you read it; read it again" };
  // Fills the placeholders of what stands in it, if it was not read in this answer.
  if (current) firewall.hide(current.text, path);
  let text = current?.text ?? null;
  for (const edit of edits) {
    const unknown = "content" in edit ? firewall.unknownIn(edit.content) : "replace" in edit ? firewall.unknownIn(edit.replace) : [];
    if (unknown.length > 0) return { path, reason: `nobody knows what ${unknown.join(", ")} stands for; read the file that has it again` };
    if ("delete" in edit) {
      if (text === null) return { path, reason: "there is no such file to delete" };
      text = null;
    } else if ("content" in edit) {
      text = firewall.reveal(edit.content);
    } else {
      if (text === null) return { path, reason: "there is no such file; give its whole content to make it" };
      const next = replaceOnce(text, edit, firewall);
      if (typeof next !== "string") return { path, reason: next.reason };
      text = next;
    }
  }
  const reason = edits.map((edit) => edit.reason).filter((each) => each !== "").join("; ");
  if (text === null) return current ? { path, kind: "delete", baseHash: current.hash, content: null, reason } : { path, reason: "nothing would change" };
  if (current && text === current.text) return { path, reason: "nothing would change" };
  return { path, kind: current ? "modify" : "create", baseHash: current?.hash ?? null, content: text, reason };
}

/** Where the text stands exactly once. Line ends of the file are kept. What is refused goes back to the model, so it quotes what the model wrote: placeholders, no secrets. */
function replaceOnce(text: string, { search, replace }: Extract<Edit, { search: string }>, firewall: SecretFirewall): string | { readonly reason: string } {
  const withEnds = text.includes("\r\n") ? withWindowsEnds : (value: string) => value;
  const wanted = withEnds(firewall.reveal(search));
  const at = text.indexOf(wanted);
  if (at < 0) return { reason: `the text to search is not in the file: ${firstLine(search)}` };
  const again = text.indexOf(wanted, at + 1);
  if (again >= 0) return { reason: `the text to search stands more than once, in lines ${lineAt(text, at)} and ${lineAt(text, again)}; take more lines around it: ${firstLine(search)}` };
  return text.slice(0, at) + withEnds(firewall.reveal(replace)) + text.slice(at + wanted.length);
}

function withWindowsEnds(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

function firstLine(text: string): string {
  return JSON.stringify((text.trim().split("\n")[0] ?? "").slice(0, 100));
}
