/** Names of code that are no words, as they are written. */
const WRITTEN: Readonly<Record<string, string>> = { ai: "AI", api: "API", cpu: "CPU", id: "ID", ids: "IDs", kib: "KiB", mib: "MiB", gib: "GiB", url: "URL", usd: "USD" };

/** A name of code as words: `changeMemberRole` → "change member role", `apiKeys` → "API keys", `memoryKiB` → "memory KiB". */
export function inWords(name: string): string {
  const parts = name.match(/[KMG]iB|[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/g) ?? [name];
  return parts.map((part) => WRITTEN[part.toLowerCase()] ?? part.toLowerCase()).join(" ");
}

/** The same as a title: "Change member role". */
export function asTitle(name: string): string {
  const words = inWords(name);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
