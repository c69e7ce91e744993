import { z } from "zod";

const RoleSchema = z.object({ name: z.string(), password: z.string() });

/** What the launcher hands over, on standard input: passwords never stand on a command line. */
export const RequestSchema = z.object({
  /** The product's database as its owner. */
  ownerUrl: z.string(),
  /** The roles of the running product, made here; null when the operator brings their own. */
  roles: z.object({ app: RoleSchema, system: RoleSchema }).nullable(),
  /** Who adds and takes jobs. */
  queueRole: z.string(),
});
export type Request = z.infer<typeof RequestSchema>;

/** One line of standard output. */
export type Message =
  | { readonly kind: "progress"; readonly done: number; readonly total: number; readonly what: string }
  | { readonly kind: "done"; readonly detail: string }
  | { readonly kind: "problem"; readonly message: string; readonly remedy: string; readonly details?: string };

/** Told to the launcher as a problem with a remedy. */
export class DatabaseProblem extends Error {
  readonly remedy: string;
  readonly details: string;

  constructor(message: string, remedy: string, details = "") {
    super(message);
    this.remedy = remedy;
    this.details = details;
  }
}

export function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
