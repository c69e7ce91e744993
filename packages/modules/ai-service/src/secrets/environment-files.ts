import { isEnvironmentFile } from "@coder/shared";
import type { StoredMessage } from "../conversations/ConversationStore.ts";

const NAMES = [".env", ".env.local", ".env.development", ".env.production", ".env.test", ".env.staging", ".env.development.local", ".env.production.local", ".env.test.local"];

export function environmentFilesOf(folders: readonly string[]): string[] {
  return [...new Set(folders)].flatMap((folder) => NAMES.map((name) => (folder === "" ? name : `${folder}/${name}`)));
}

/** What answers without a model shows values as they are; what a program printed, and what was found in such a file, may be one of these files' values. */
export function environmentFilesBehind(history: readonly StoredMessage[]): string[] {
  const parts = history.filter(({ row }) => row.model === "builtin").flatMap((message) => message.parts);
  if (parts.length === 0) return [];
  const mentioned = parts.flatMap((part) => (part.kind === "text" ? (part.text.match(/[\w./@-]{0,200}\.env[\w.-]{0,100}/g) ?? []) : []));
  const folders = parts.flatMap((part) => (part.kind === "tool" ? [...part.input.matchAll(/"folder":"([^"]*)"/g)].map(([, folder = ""]) => folder) : []));
  return [...new Set([...environmentFilesOf(["", ...folders]), ...mentioned.filter((path) => isEnvironmentFile(path))])];
}
