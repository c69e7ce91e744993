"use client";

import type { EndpointProbe } from "@coder/api/embeddings";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { duration } from "#lib/time.ts";
import { Status } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Section } from "#ui/page.tsx";
import { InlineProblem, Notice } from "#ui/states.tsx";
import textStyles from "#ui/text.module.css";

/** The model that joins the search by meaning, where one is set; what asking it shows. */
export function EmbeddingsSection() {
  const trpc = useTRPC();
  const probe = useQuery(trpc.embeddings.probeEndpoint.queryOptions({}, { enabled: false, retry: false, gcTime: 0 }));
  return (
    <Section
      title="Embeddings"
      description="Search by meaning works without a model. An OpenAI-compatible endpoint joins its ranking once a project's index is updated; it is sent the code of that project and what is asked."
      actions={
        <Button icon="pulse" pending={probe.isFetching} onClick={() => void probe.refetch()}>
          Check the endpoint
        </Button>
      }
    >
      <p className={textStyles.dim12}>
        <Link href="/settings?q=module:embeddings endpoint">Settings of the endpoint</Link>
      </p>
      {probe.error ? <InlineProblem problem={toProblem(probe.error)} /> : null}
      {probe.data ? <Outcome probe={probe.data} /> : null}
    </Section>
  );
}

function Outcome({ probe: { configured, works, url, model, dimensions, tookMs, problem } }: { readonly probe: EndpointProbe }) {
  if (!configured) return <p role="status">No embeddings endpoint is set. Searches use the built-in ranking.</p>;
  if (problem) {
    return (
      <Notice tone="error" title={problem.message}>
        <p>{problem.remedy} Searches go on with the built-in ranking.</p>
      </Notice>
    );
  }
  return (
    <p role="status">
      <Status tone={works ? "success" : "error"}>{works ? "Works" : "Fails"}</Status> {model} at {url} gives {dimensions} dimensions{tookMs === null ? "" : ` in ${duration(tookMs)}`}
    </p>
  );
}
