const MAX_NAME = 200;

/**
 * Offers to save an answer under a name, whatever that name is made of (RFC 6266): in full for browsers of today, and in ASCII for others. Directories, control
 * characters and what turns the reading direction are left out, because the name is shown before it is saved.
 */
export function contentDisposition(fileName: string): string {
  const safe = fileName.toWellFormed().replace(/[\\/]/g, "_").replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
  const name = Array.from(safe).slice(0, MAX_NAME).join("") || "download";
  const ascii = name.normalize("NFKD").replace(/[^ -~]/g, "").replace(/["%;]/g, "_").trim() || "download";
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
