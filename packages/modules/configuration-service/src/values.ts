import type { SettingChange, StoredValue } from "@coder/api/configuration-service";
import type { ValueIssue } from "@coder/shared/server";
import type { SettingChangeRow } from "./entities.ts";

export function toText(stored: StoredValue): string | null {
  return stored === null ? null : JSON.stringify(stored.value);
}

export function fromText(text: string | null): StoredValue {
  return text === null ? null : { value: JSON.parse(text) };
}

/** What no store can keep, whatever the key's schema says. */
export function storageIssues(value: unknown, maxBytes: number): readonly ValueIssue[] {
  let broken = false;
  const text = JSON.stringify(value, (_name, part: unknown) => {
    if (typeof part === "string" && (part.includes("\u0000") || !part.isWellFormed())) broken = true;
    return part;
  });
  if (broken) return [{ path: "", message: "text must be valid Unicode without NUL characters" }];
  return Buffer.byteLength(text) > maxBytes ? [{ path: "", message: `must not be larger than ${maxBytes} bytes of JSON` }] : [];
}

export function toChangeRow(change: SettingChange): SettingChangeRow {
  return { ...change, from: toText(change.from), to: toText(change.to) };
}

export function toChange({ id, key, action, from, to, changedBy, changedAt, rollsBack }: SettingChangeRow): SettingChange {
  return { id, key, action, from: fromText(from), to: fromText(to), changedBy, changedAt, rollsBack };
}
