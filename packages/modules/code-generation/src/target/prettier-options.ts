import { z } from "zod";
import type { Placed } from "../engine/Sources.ts";

/** Those of Prettier's options that say how code and JSON are written; what is out of its bounds nobody uses: lines of one character make megabytes of a page. */
export const PrettierOptionsSchema = z.object({
  printWidth: z.int().min(20).or(z.literal(Number.POSITIVE_INFINITY)),
  tabWidth: z.int().min(1).max(16),
  useTabs: z.boolean(),
  semi: z.boolean(),
  singleQuote: z.boolean(),
  bracketSpacing: z.boolean(),
  arrowParens: z.enum(["always", "avoid"]),
  trailingComma: z.enum(["all", "es5", "none"]),
  endOfLine: z.enum(["lf", "crlf", "auto"]),
  quoteProps: z.enum(["as-needed", "consistent", "preserve"]).exactOptional(),
  jsxSingleQuote: z.boolean().exactOptional(),
  bracketSameLine: z.boolean().exactOptional(),
  singleAttributePerLine: z.boolean().exactOptional(),
  objectWrap: z.enum(["preserve", "collapse"]).exactOptional(),
  experimentalTernaries: z.boolean().exactOptional(),
  experimentalOperatorPosition: z.enum(["start", "end"]).exactOptional(),
  insertPragma: z.boolean().exactOptional(),
  requirePragma: z.boolean().exactOptional(),
});
export type PrettierOptions = z.output<typeof PrettierOptionsSchema>;

/** What is said of them, each with its place. */
export type StatedOptions = { readonly [Option in keyof PrettierOptions]?: Placed<PrettierOptions[Option]> | undefined };
