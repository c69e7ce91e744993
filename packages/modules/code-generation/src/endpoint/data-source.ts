import type { EndpointAction, EndpointField, EndpointParam } from "@coder/api/code-generation";
import type { Import } from "../code/ModuleText.ts";
import type { Place } from "../engine/Sources.ts";
import type { EntityNames } from "../engine/names.ts";

/** Names that code around a step uses. */
export interface StepNames {
  readonly names: EntityNames;
  readonly id: string | null;
  /** The field that `id` is the value of. */
  readonly key: string;
  readonly values: string;
  readonly parents: readonly EndpointParam[];
}

/** What a handler does with the data, in parts that the answer goes between. */
export interface Steps {
  readonly before: readonly string[];
  /** True where there is no such thing. */
  readonly missing: string | null;
  readonly after: readonly string[];
  /** What is answered; null for nothing. */
  readonly result: string | null;
}

/** How a test gets something that is there. */
export type Sample =
  | { readonly kind: "known"; readonly id: string | number }
  /** An expression that makes one, given its fields as an object; with its id. */
  | { readonly kind: "made"; readonly code: (fields: string) => string; readonly imports: readonly Import[]; readonly awaited: boolean }
  | { readonly kind: "none" };

export interface DataSource {
  readonly kind: "array" | "map" | "functions" | "store";
  /** `the array users`. */
  readonly label: string;
  /** Where it was found; null for one that is made. */
  readonly place: Place | null;
  /** The file that has it, which needs no import. */
  readonly file: string;
  readonly imports: readonly Import[];
  readonly idType: "string" | "number";
  /** Needs an `await` somewhere. */
  readonly awaited: boolean;
  readonly steps: (action: EndpointAction, at: StepNames) => Steps;
  readonly sample: Sample;
  /** Fields as they are known from types or values; null where nothing says so. */
  readonly fields: readonly EndpointField[] | null;
}

/** The field that a parameter names one by: `:userId`, `:uuid` and `:id` are ids, `:slug` is a slug. */
export function keyField(param: string): string {
  return /^(?:id|_id|uuid|guid)$|(?:Id|_id|ID)$/.test(param) ? "id" : param;
}

/** A condition on the parents: ` && candidate.userId === userId`. */
export function parentMatch(parents: readonly EndpointParam[], variable: string): string {
  return parents.map(({ name }) => `${variable}.${name} === ${name}`).join(" && ");
}
