import type { RoutePlace, Target } from "@coder/api/code-generation";
import type { Snapshot } from "../engine/snapshot.ts";
import { Sources } from "../engine/Sources.ts";
import { unsupported } from "../errors.ts";
import { analyse, type TargetModel } from "./analyse.ts";
import { typesOf } from "./types.ts";

const MAX_ROUTES = 500;
const MAX_TYPES = 1_000;

export function describeTarget(snapshot: Snapshot): Omit<Target, "projectId"> {
  const sources = new Sources(snapshot);
  const model = analyse(sources);
  const refusal = model.framework ? null : unsupported(model);
  return {
    folder: model.package.folder,
    framework: model.framework?.kind ?? null,
    facts: [...model.facts],
    routes: routePlaces(model).slice(0, MAX_ROUTES),
    types: typesOf(sources).slice(0, MAX_TYPES),
    problem: refusal && { code: refusal.code, message: refusal.message, remedy: refusal.remedy },
    files: { read: sources.sourcePaths.length, total: snapshot.sourceTotal },
  };
}

function routePlaces({ framework }: TargetModel): RoutePlace[] {
  if (!framework) return [];
  const isNext = framework.kind === "next-app" || framework.kind === "next-pages";
  return framework.map.holders.map(({ file, line, kind, mount }) => ({ path: file, line, mount: mount === "" ? "/" : mount, style: isNext ? "route-file" : kind }));
}
