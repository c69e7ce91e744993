import { ProjectIdSchema } from "@coder/api/workspace";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ProjectRoute } from "#ide/project-route.tsx";

export const metadata: Metadata = { title: "Project" };

export default async function Page({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const id = ProjectIdSchema.safeParse((await params).id);
  if (!id.success) notFound();
  return <ProjectRoute id={id.data} />;
}
