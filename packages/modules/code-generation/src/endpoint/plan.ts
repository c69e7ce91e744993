import type { EndpointAction, EndpointField, EndpointParam, HttpMethod } from "@coder/api/code-generation";
import type { EntityNames } from "../engine/names.ts";
import type { Sources } from "../engine/Sources.ts";
import type { TargetModel } from "../target/analyse.ts";
import type { DataSource } from "./data-source.ts";

/** Everything that is settled before the first line is written. */
export interface EndpointPlan {
  readonly method: HttpMethod;
  /** From the root of the server. */
  readonly path: string;
  readonly action: EndpointAction;
  readonly names: EntityNames;
  /** Of the path, in its order. */
  readonly params: readonly EndpointParam[];
  /** What names one of the entity; null for a collection. */
  readonly id: EndpointParam | null;
  /** The other parameters: each is a field of the entity. */
  readonly parents: readonly EndpointParam[];
  /** Of the body. */
  readonly fields: readonly EndpointField[];
  readonly source: DataSource;
  readonly model: TargetModel;
  readonly sources: Sources;
}

export function takesBody({ action }: Pick<EndpointPlan, "action">): boolean {
  return action === "create" || action === "update";
}

/** `User not found` */
export function notFoundText({ names }: Pick<EndpointPlan, "names">): string {
  return `${names.words.charAt(0).toUpperCase()}${names.words.slice(1)} not found`;
}
