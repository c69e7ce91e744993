import type { AuditFacts } from "@coder/shared/trpc";
import { z } from "zod";

const ProjectReferenceSchema = z.object({ projectId: z.uuid() });
const NamedPathsSchema = z.union([
  z.object({ path: z.string() }).transform(({ path }) => [path]),
  z.object({ paths: z.array(z.string()) }).transform(({ paths }) => paths),
  z.object({ moves: z.array(z.object({ from: z.string(), to: z.string() })) }).transform(({ moves }) => moves.map(({ from, to }) => `${from} → ${to}`)),
  z.object({ copies: z.array(z.object({ from: z.string(), to: z.string() })) }).transform(({ copies }) => copies.map(({ from, to }) => `${from} → ${to}`)),
  z.object({ trashId: z.uuid() }).transform(({ trashId }) => [`trash/${trashId}`]),
]);
const TOLD_PATHS = 20;

/** In which project, and which of its files and folders: as many as an entry can tell of. */
export function describeEntries({ input }: { readonly input: unknown }): AuditFacts {
  const project = ProjectReferenceSchema.safeParse(input).data;
  const paths = NamedPathsSchema.safeParse(input).data ?? [];
  return {
    ...(project ? { target: { type: "project", id: project.projectId } } : {}),
    details: { count: paths.length, paths: paths.slice(0, TOLD_PATHS).map((path) => path.slice(0, 200)) },
  };
}
