import { z } from "zod";

export const FORMAT = 1;
/** The last entry: an archive without it was cut off. */
export const MANIFEST_ENTRY = "manifest.json";

const Content = { bytes: z.number().int(), sha256: z.string(), parts: z.number().int() };

const TableSchema = z.object({ schema: z.string(), name: z.string(), columns: z.array(z.string()), rows: z.number().int(), entry: z.string(), ...Content });
const SequenceSchema = z.object({ schema: z.string(), name: z.string(), type: z.string(), value: z.string(), called: z.boolean() });
const FileSchema = z.object({ path: z.string(), entry: z.string(), mode: z.number().int(), ...Content });
const DirectorySchema = z.object({ path: z.string(), mode: z.number().int() });
const LinkSchema = z.object({ path: z.string(), target: z.string() });

export const ManifestSchema = z.object({
  format: z.literal(FORMAT),
  version: z.string(),
  createdAt: z.string(),
  postgres: z.string(),
  /** What had been applied: the tables have the shape that these give them. */
  migrations: z.array(z.string()),
  tables: z.array(TableSchema),
  sequences: z.array(SequenceSchema),
  /** Below the data directory: secrets, the operator's YAML, blobs, projects. */
  files: z.array(FileSchema),
  directories: z.array(DirectorySchema),
  links: z.array(LinkSchema),
  /** What the installation has and this file has not, and why. */
  leftOut: z.array(z.string()),
});
export type Manifest = z.infer<typeof ManifestSchema>;
export type TableEntry = z.infer<typeof TableSchema>;
export type SequenceEntry = z.infer<typeof SequenceSchema>;
export type FileEntry = z.infer<typeof FileSchema>;
export type DirectoryEntry = z.infer<typeof DirectorySchema>;
export type LinkEntry = z.infer<typeof LinkSchema>;
