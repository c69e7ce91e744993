"use client";

import { type FormEvent, type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { z } from "zod";
import { type Problem, toProblem } from "#api/problem.ts";
import { keysOf } from "#lib/keys-of.ts";
import { readSession, writeSession } from "#lib/storage.ts";

interface FormOptions<Name extends string, Output> {
  readonly schema: z.ZodType<Output>;
  readonly initial: Record<Name, string>;
  readonly submit: (values: Output) => Promise<unknown>;
  /** Keeps what was typed over reloads and navigation until it is submitted. Never for secrets. */
  readonly draft?: string;
  /** Which field a refusal by the server is about, by its code: it then stands there and not above the form. */
  readonly fieldOf?: Readonly<Record<string, NoInfer<Name>>>;
}

/**
 * State of a form of text values: validated when a field is left and never while it is typed in, all at once on submit
 * with focus on the first error, and once an error stands, cleared as soon as the value is right.
 */
export function useForm<Name extends string, Output>({ schema, initial, submit, draft, fieldOf = {} }: FormOptions<Name, Output>) {
  const [values, setValues] = useState<Record<Name, string>>(initial);
  const [errors, setErrors] = useState<Partial<Record<Name, string>>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);
  const formRef = useRef<HTMLFormElement>(null);
  const changed = keysOf(initial).some((name) => values[name] !== initial[name]);

  const atFirst = useRef(initial);
  // What was typed, or filled in by the browser, before this code was here: React takes it for its own and tells nobody.
  useLayoutEffect(() => {
    const names = keysOf(atFirst.current);
    const typed = [...(formRef.current?.elements ?? [])].flatMap((element) => {
      const name = element instanceof HTMLInputElement ? names.find((each) => each === element.name) : undefined;
      return element instanceof HTMLInputElement && name !== undefined && element.value !== atFirst.current[name] ? [[name, element.value]] : [];
    });
    if (typed.length > 0) setValues((now) => ({ ...now, ...Object.fromEntries(typed) }));
  }, []);

  useEffect(() => {
    const kept = draft === undefined ? null : readSession(draft);
    if (isRecordOfStrings(kept)) setValues((now) => ({ ...now, ...pick(kept, Object.keys(now)) }));
  }, [draft]);
  useEffect(() => {
    if (draft !== undefined) writeSession(draft, changed ? values : null);
  }, [draft, values, changed]);

  const check = useCallback(
    (candidate: Record<Name, string>): Partial<Record<Name, string>> => {
      const result = schema.safeParse(candidate);
      const found: Partial<Record<Name, string>> = {};
      for (const issue of result.success ? [] : result.error.issues) {
        const name = nameOf(candidate, issue.path[0]);
        if (name !== null) found[name] ??= sentence(issue.message);
      }
      return found;
    },
    [schema],
  );

  const focusFirst = (found: Partial<Record<Name, string>>) => {
    const fields = [...(formRef.current?.elements ?? [])].filter((element) => element instanceof HTMLElement);
    fields.find((element) => (element.getAttribute("name") ?? "") in found)?.focus();
  };

  const set = (name: Name, value: string) => {
    const next = { ...values, [name]: value };
    setValues(next);
    if (errors[name] !== undefined) setErrors({ ...errors, [name]: check(next)[name] });
  };

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (pending) return;
    const found = check(values);
    setErrors(found);
    setProblem(null);
    const parsed = schema.safeParse(values);
    if (!parsed.success) return focusFirst(found);
    setPending(true);
    try {
      await submit(parsed.data);
      if (draft !== undefined) writeSession(draft, null);
    } catch (error) {
      const caught = toProblem(error);
      const named = namedFields(values, caught, fieldOf);
      if (Object.keys(named).length > 0) {
        setErrors(named);
        focusFirst(named);
      } else setProblem(caught);
    } finally {
      setPending(false);
    }
  };

  return {
    values,
    set,
    pending,
    /** What stands in the way of the whole form, as opposed to one field. */
    problem,
    changed,
    reset: () => {
      setValues(initial);
      setErrors({});
      setProblem(null);
    },
    form: {
      ref: formRef,
      noValidate: true,
      // Sent before this code was here, no password stands in an address.
      method: "post",
      onSubmit: (event: FormEvent) => void onSubmit(event),
      onKeyDown: (event: KeyboardEvent<HTMLFormElement>) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
      },
    },
    field: (name: Name) => ({
      name,
      value: values[name],
      error: errors[name],
      onChange: (event: { readonly target: { readonly value: string } }) => set(name, event.target.value),
      onBlur: () => {
        // An empty field that was only passed through is not wrong yet; submitting tells.
        if (values[name] !== "") setErrors((now) => ({ ...now, [name]: check(values)[name] }));
      },
    }),
  };
}

function nameOf<Name extends string>(values: Record<Name, string>, candidate: unknown): Name | null {
  return keysOf(values).find((name) => name === candidate) ?? null;
}

function namedFields<Name extends string>(values: Record<Name, string>, problem: Problem, fieldOf: Readonly<Record<string, Name>>): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  const blamed = fieldOf[problem.code];
  if (blamed !== undefined) found[blamed] = `${problem.message} ${problem.remedy}`;
  for (const issue of problem.issues) {
    const name = nameOf(values, issue.path.split(".").at(-1));
    if (name !== null) found[name] ??= sentence(issue.message);
  }
  return found;
}

/** Schemas say "must not be empty", because a path stands before it elsewhere. */
function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}

function isRecordOfStrings(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && Object.values(value).every((entry) => typeof entry === "string");
}

function pick(values: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}
