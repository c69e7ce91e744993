import { z } from "zod";

/** A time as every DTO, row, event and job payload holds it: ISO 8601 in UTC. */
export const IsoTimeSchema = z.iso.datetime();

/** The version of something as it was read, opaque. A write hands it back and is refused with `version_conflict` over any other. */
export const VersionSchema = z.string().min(1).max(200);

/** For operations that take nothing. */
export const NoInputSchema = z.object({});

/** For operations that have nothing to answer. */
export const DoneSchema = z.object({});
export type Done = z.infer<typeof DoneSchema>;

export const EmailSchema = z.email().max(254);

/**
 * Control characters, line and paragraph separators, lone surrogates, and the invisible characters that reorder or hide text.
 * The joiners U+200C and U+200D stay: Persian, Hindi and many emoji need them.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * A name that people read: one line, NFC, trimmed, runs of spaces made one. HTML stays as it was typed, because it is text:
 * whoever shows it escapes it.
 */
export function nameSchema(maxLength: number) {
  return z
    .string()
    .overwrite((value) => value.normalize("NFC").replace(/\p{Zs}+/gu, " ").trim())
    .min(1, "must not be empty")
    .max(maxLength)
    .refine((value) => !UNSAFE.test(value), "must not hold control characters or invisible marks that change how text reads")
    .refine((value) => VISIBLE.test(value), "must hold something that can be seen");
}
