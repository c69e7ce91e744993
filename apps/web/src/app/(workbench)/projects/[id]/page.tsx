import { ProjectIdSchema, type ProjectId, workspaceTransfers } from "@coder/api/workspace";
import { transferPath } from "@coder/shared";
import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { preload, preloadModule, type PreloadModuleOptions } from "react-dom";
import { firstQuestions } from "#api/first-questions.ts";
import { batchUrl } from "#api/question.ts";
import { fileAddress } from "#ide/files/file-address.ts";
import { FrameBones } from "#ide/frame/frame-bones.tsx";
import { ProjectRoute } from "#ide/project-route.tsx";
import { parseFileQuery } from "#ide/quick-open/parse-query.ts";
import { MONACO_BUNDLE } from "#ide/text/monaco-bundle.ts";

export const metadata: Metadata = { title: "Project" };

/** After the page's own code, which runs while Monaco is being compiled. React's types do not know of the priority yet. */
const AFTER_THE_PAGE: PreloadModuleOptions & { readonly fetchPriority: "low" } = { as: "script", fetchPriority: "low" };

interface PageProps {
  readonly params: Promise<{ readonly id: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function Page({ params, searchParams }: PageProps) {
  const id = ProjectIdSchema.safeParse((await params).id);
  if (!id.success) notFound();
  // Not where the page before stays: its code is there, and asks by itself.
  if ((await headers()).get("sec-fetch-dest") === "document") fetchWithPage(id.data, (await searchParams)["file"]);
  return (
    <Suspense fallback={<FrameBones />}>
      <ProjectRoute id={id.data} />
    </Suspense>
  );
}

/** The browser asks for what the page shows while it still fetches the code that shows it. */
function fetchWithPage(projectId: ProjectId, file: string | string[] | undefined): void {
  const path = typeof file === "string" ? parseFileQuery(file).text : "";
  const addresses = [batchUrl(firstQuestions(projectId)), ...(path === "" ? [] : [transferPath(workspaceTransfers.readFile, { projectId, ...fileAddress(path) })])];
  for (const address of addresses) preload(address, { as: "fetch", crossOrigin: "anonymous" });
  if (path === "") return;
  preload(MONACO_BUNDLE.styles, { as: "style" });
  for (const address of [MONACO_BUNDLE.script, ...MONACO_BUNDLE.imports]) preloadModule(address, AFTER_THE_PAGE);
}
