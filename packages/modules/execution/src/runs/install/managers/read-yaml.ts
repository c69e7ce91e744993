import { parseAllDocuments } from "yaml";

/** The last document of a YAML text, as plain values; null for what is none. Aliases cannot blow it up: the parser counts them. */
export function readYaml(text: string): { readonly value: unknown; readonly documents: number } | null {
  try {
    const documents = parseAllDocuments(text.replace(/^\ufeff/, ""), { uniqueKeys: false });
    if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return null;
    const value: unknown = documents.at(-1)?.toJS({ maxAliasCount: 100 });
    return { value, documents: documents.length };
  } catch {
    return null;
  }
}
