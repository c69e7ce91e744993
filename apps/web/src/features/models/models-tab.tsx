"use client";

import type { Endpoint, Model, Models, Probe } from "@coder/api/ai-service";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { toProblem } from "#api/problem.ts";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";
import { Badge, Status } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Prose, Section } from "#ui/page.tsx";
import { Progress } from "#ui/progress.tsx";
import { EmptyState, InlineProblem } from "#ui/states.tsx";
import { TableBones } from "#ui/table/table-bones.tsx";
import textStyles from "#ui/text.module.css";
import { Time } from "#ui/values.tsx";
import { EgressSection } from "./egress-section.tsx";
import { EmbeddingsSection } from "./embeddings-section.tsx";
import styles from "./models.module.css";
import { CHECK_TEXTS, dollars, priceText } from "./words.ts";

/** Endpoints of models: what they can do, what they cost, what was spent and what was sent. */
export function ModelsTab() {
  const trpc = useTRPC();
  const query = useQuery(trpc.aiService.getModels.queryOptions({}));
  return (
    <Prose wide>
      <Loaded query={query} what="the models" skeleton={<TableBones columns={[220, 160, 320]} rows={6} />}>
        {(models) => <Overview models={models} />}
      </Loaded>
    </Prose>
  );
}

function Overview({ models }: { readonly models: Models }) {
  const { may } = useSession();
  return (
    <>
      {models.endpoints.length === 0 ? (
        <EmptyState icon="plug" title="No model is set up">
          <p>The chat answers with built-in commands, and nothing leaves this installation. To add a model, set an endpoint in the environment or the operator's file and start again:</p>
          <pre className={styles.example} tabIndex={0} aria-label="Example">{EXAMPLE}</pre>
        </EmptyState>
      ) : (
        <>
          <Budget models={models} />
          {models.endpoints.map((endpoint) => (
            <EndpointSection key={endpoint.name} endpoint={endpoint} mayProbe={may("ai-service.model.check")} />
          ))}
          <p className={textStyles.dim12}>Prices of the shipped table are of {models.priceDate}. A price that is set in the configuration goes before it.</p>
        </>
      )}
      {may("embeddings.endpoint.read") ? <EmbeddingsSection /> : null}
      {may("ai-service.egress.read") ? <EgressSection /> : null}
    </>
  );
}

const EXAMPLE = `CODER_AI_SERVICE__ENDPOINTS__LOCAL__KIND=openai
CODER_AI_SERVICE__ENDPOINTS__LOCAL__URL=http://127.0.0.1:11434/v1
CODER_AI_SERVICE__ENDPOINTS__LOCAL__FREE=true
CODER_AI_SERVICE__ENDPOINTS__LOCAL__MODELS={"qwen3-coder":{}}
CODER_AI_SERVICE__ALLOWED_PRIVATE_HOSTS=127.0.0.1`;

function Budget({ models: { budget } }: { readonly models: Models }) {
  const { period, limitMicroUsd, spentMicroUsd, reservedMicroUsd, calls, inputTokens, outputTokens } = budget;
  const share = limitMicroUsd === 0 ? 1 : Math.min(1, (spentMicroUsd + reservedMicroUsd) / limitMicroUsd);
  return (
    <Section title={`Budget of ${period}`} description="Of this organization. What a call may cost is reserved before it and settled after it.">
      <div className={styles.budget}>
        <Progress label="Part of the budget that is used" done={share} total={1} />
        <dl className={styles.figures}>
          <Figure name="Spent" value={dollars(spentMicroUsd)} />
          <Figure name="Reserved" value={dollars(reservedMicroUsd)} />
          <Figure name="Limit" value={dollars(limitMicroUsd)} />
          <Figure name="Calls" value={calls.toLocaleString("en")} />
          <Figure name="Tokens in" value={inputTokens.toLocaleString("en")} />
          <Figure name="Tokens out" value={outputTokens.toLocaleString("en")} />
        </dl>
      </div>
    </Section>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function EndpointSection({ endpoint, mayProbe }: { readonly endpoint: Endpoint; readonly mayProbe: boolean }) {
  const client = useTRPCClient();
  const [probe, setProbe] = useState<Probe | null>(null);
  const check = useMutation({ mutationFn: (model: string | undefined) => client.aiService.probeEndpoint.mutate({ endpoint: endpoint.name, ...(model === undefined ? {} : { model }) }), onSuccess: setProbe });
  return (
    <Section
      title={endpoint.name}
      description={`${endpoint.kind === "anthropic" ? "Anthropic" : "OpenAI compatible"}, ${endpoint.url}, ${endpoint.hasKey ? "with a key" : "without a key"}`}
      actions={
        mayProbe ? (
          <Button icon="pulse" pending={check.isPending} onClick={() => check.mutate(undefined)}>
            Check
          </Button>
        ) : null
      }
    >
      {check.error ? <InlineProblem problem={toProblem(check.error)} /> : null}
      <table className={styles.table}>
        <caption className="visually-hidden">Models of {endpoint.name}</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Used for</th>
            <th scope="col">Price per million tokens</th>
            <th scope="col" className={styles.number}>
              Context
            </th>
          </tr>
        </thead>
        <tbody>
          {endpoint.models.map((model) => (
            <ModelRow key={model.key} model={model} />
          ))}
        </tbody>
      </table>
      {probe ? <ProbeTable probe={probe} /> : null}
    </Section>
  );
}

function ModelRow({ model: { model, chatPlace, price, contextTokens, problem } }: { readonly model: Model }) {
  return (
    <tr>
      <th scope="row">{model}</th>
      <td>{chatPlace === null ? <span className={textStyles.dim12}>nothing</span> : <Badge>{chatPlace === 1 ? "chat" : `chat, choice ${chatPlace}`}</Badge>}</td>
      <td>
        {problem ? (
          <>
            <Status tone="warning">{problem.message}</Status>
            <div className={textStyles.dim12}>{problem.remedy}</div>
          </>
        ) : (
          priceText(price)
        )}
      </td>
      <td className={styles.number}>{contextTokens.toLocaleString("en")}</td>
    </tr>
  );
}

const CHECK_STATES = { works: { tone: "success", text: "Works" }, fails: { tone: "error", text: "Fails" }, skipped: { tone: "idle", text: "Not checked" } } as const;

function ProbeTable({ probe }: { readonly probe: Probe }) {
  return (
    <table className={styles.table} aria-live="polite">
      <caption className={styles.caption}>
        {probe.model ?? "No model"}, checked <Time at={probe.checkedAt} />
      </caption>
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Result</th>
          <th scope="col">What to know</th>
          <th scope="col" className={styles.number}>
            Time
          </th>
        </tr>
      </thead>
      <tbody>
        {probe.checks.map(({ name, state, tookMs, problem }) => (
          <tr key={name}>
            <th scope="row">{CHECK_TEXTS[name]}</th>
            <td>
              <Status tone={CHECK_STATES[state].tone}>{CHECK_STATES[state].text}</Status>
            </td>
            <td>
              {problem ? (
                <>
                  <div>{problem.message}</div>
                  <div className={textStyles.dim12}>{problem.remedy}</div>
                </>
              ) : null}
            </td>
            <td className={styles.number}>{tookMs === null ? "" : `${tookMs.toLocaleString("en")} ms`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
