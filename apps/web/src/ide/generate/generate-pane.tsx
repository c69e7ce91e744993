"use client";

import { GENERATORS, MAX_SENTENCE, type GeneratorName, type SentenceReading, type Target } from "@coder/api/code-generation";
import type { ProjectId } from "@coder/api/workspace";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { z } from "zod";
import { Loaded } from "#api/loaded.tsx";
import { toProblem } from "#api/problem.ts";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { Button } from "#ui/button.tsx";
import { SelectField } from "#ui/field.tsx";
import { Progress } from "#ui/progress.tsx";
import { InlineProblem, Notice } from "#ui/states.tsx";
import { useIde } from "../ide-context.ts";
import { useKept } from "../use-kept.ts";
import { EndpointFields } from "./endpoint-form.tsx";
import { BLANK, checkForm, type FormErrors, formOf, type GenerateForm } from "./form-state.ts";
import styles from "./generate.module.css";
import { PreviewView } from "./preview-view.tsx";
import { SentenceField } from "./sentence-field.tsx";
import { TargetFacts } from "./target-facts.tsx";
import { TestDataFields } from "./test-data-form.tsx";
import { useGeneration } from "./use-generation.ts";

/** What was filled in: another tab takes the form's place in the editor meanwhile. */
const left = new Map<ProjectId, { readonly form: GenerateForm; readonly reading: { readonly of: string; readonly result: SentenceReading } | null }>();

const SentenceSchema = z.string().max(MAX_SENTENCE);
const TITLES: Readonly<Record<GeneratorName, string>> = { "http-endpoint": "HTTP endpoint", "test-data": "Test data" };
const GENERATOR_OPTIONS = GENERATORS.map((value) => ({ value, label: TITLES[value] }));

/** From a sentence to a form, from the form to a change set. */
export function GeneratePane() {
  const { projectId } = useIde();
  const trpc = useTRPC();
  const target = useQuery(trpc.codeGeneration.describeTarget.queryOptions({ projectId }, { staleTime: 30_000 }));
  return (
    <div className={styles.pane}>
      <Loaded query={target} what="how this project writes code" skeleton={null}>
        {(found) => <Workbench target={found} />}
      </Loaded>
    </div>
  );
}

function Workbench({ target }: { readonly target: Target }) {
  const { projectId } = useIde();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const [sentence, setSentence] = useKept("generate", SentenceSchema, "");
  const [reading, setReading] = useState(() => left.get(projectId)?.reading ?? null);
  const [form, setForm] = useState(() => left.get(projectId)?.form ?? BLANK);
  useEffect(() => void left.set(projectId, { reading, form }), [projectId, reading, form]);
  const [errors, setErrors] = useState<FormErrors>({});
  const element = useRef<HTMLFormElement>(null);
  const generation = useGeneration();
  const preview = useMutation(trpc.codeGeneration.previewGeneration.mutationOptions());
  const read = useMutation({
    mutationFn: (text: string) => client.codeGeneration.readSentence.query({ projectId, sentence: text }),
    onSuccess: (result, of) => {
      setReading({ of, result });
      setForm((before) => formOf(result, before));
      setErrors({});
      forgetAnswers();
    },
  });
  // What was said of the form before it was changed is not true of it now.
  const forgetAnswers = () => {
    preview.reset();
    generation.forget();
  };

  const change = (next: typeof form) => {
    setForm(next);
    forgetAnswers();
    // What stands as an error goes as soon as it is right.
    const { errors: left } = checkForm(next);
    setErrors((before) => Object.fromEntries(Object.entries(before).flatMap(([field]) => (left[field] === undefined ? [] : [[field, left[field]]]))));
  };
  const leave = (field: string) => {
    const message = checkForm(form).errors[field];
    if (message !== undefined) setErrors((before) => ({ ...before, [field]: message }));
  };
  const refused = preview.error ?? null;
  const refusal = refused ? toProblem(refused) : generation.problem;
  const place = refusal && typeof refusal.details["path"] === "string" ? refusal.details["path"] : null;
  const shown: FormErrors = refusal?.code === "input_invalid" && place !== null ? { ...errors, [place]: refusal.message } : errors;

  const unavailable = read.isPending ? "The form is being filled in from the sentence" : undefined;
  const checked = (then: (input: NonNullable<ReturnType<typeof checkForm>["input"]>) => void) => {
    const { input, errors: found } = checkForm(form);
    setErrors(found);
    if (input) return then(input);
    requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const generate = (event?: FormEvent) => {
    event?.preventDefault();
    if (unavailable !== undefined) return;
    // One answer stands below the form: that to what was asked last.
    preview.reset();
    checked((input) => generation.start({ projectId, generator: form.generator, input }));
  };
  const show = () => {
    generation.forget();
    checked((input) => preview.mutate({ projectId, generator: form.generator, input }));
  };
  const { generation: current, progress, running, cancel } = generation;
  return (
    <div className={styles.columns}>
      <div className={styles.main}>
        <h2 className={styles.title}>Generate code</h2>
        <SentenceField sentence={sentence} onChange={setSentence} onRead={() => read.mutate(sentence)} reading={reading?.result ?? null} read={reading?.of ?? ""} pending={read.isPending} problem={read.error ? toProblem(read.error) : null} />
        <form
          ref={element}
          className={styles.form}
          noValidate
          aria-label="What is generated"
          onSubmit={generate}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) generate(event);
          }}
        >
          <SelectField label="Generator" options={GENERATOR_OPTIONS} value={form.generator} onChange={(event) => change({ ...form, generator: GENERATORS.find((one) => one === event.target.value) ?? form.generator })} />
          {form.generator === "http-endpoint" ? (
            <EndpointFields form={form.endpoint} errors={shown} onChange={(endpoint) => change({ ...form, endpoint })} onLeave={leave} />
          ) : (
            <TestDataFields form={form.data} types={target.types} errors={shown} onChange={(data) => change({ ...form, data })} onLeave={leave} />
          )}
          {refusal && (refusal.code !== "input_invalid" || place === null) ? <InlineProblem problem={refusal} /> : null}
          {refusal?.code === "input_invalid" && place !== null ? <p className={styles.help}>{refusal.remedy}</p> : null}
          {current?.problem ? (
            <Notice tone={current.state === "cancelled" ? "info" : "error"} title={current.problem.message} role="status">
              <p>{current.problem.remedy}</p>
            </Notice>
          ) : null}
          {current?.state === "succeeded" ? (
            <Notice title={current.changeSetId === null ? "There was nothing to change" : `${current.title} is ready to be reviewed`} role="status">
              {current.notes.map((note) => (
                <p key={note}>{note}</p>
              ))}
            </Notice>
          ) : null}
          {running ? (
            <div className={styles.progressLine} role="status">
              <Progress className={styles.bar} label="Generating" done={progress?.done ?? 0} total={progress?.total ?? null} />
              <span className={styles.help}>{progress ? `Step ${progress.done} of ${progress.total}` : "Waiting for a worker"}</span>
            </div>
          ) : null}
          <div className={styles.actions}>
            <Button icon="eye" pending={preview.isPending} unavailable={unavailable} onClick={show}>
              Preview
            </Button>
            {running && cancel ? (
              <Button icon="stop-circle" onClick={cancel}>
                Cancel
              </Button>
            ) : null}
            <Button type="submit" variant="primary" icon="sparkle" pending={running} unavailable={unavailable}>
              Generate
            </Button>
          </div>
        </form>
      </div>
      <div className={styles.side}>
        {preview.data ? <PreviewView preview={preview.data} /> : null}
        <TargetFacts target={target} refused={[refusal?.code, current?.problem?.code].includes("target_unsupported")} />
      </div>
    </div>
  );
}
