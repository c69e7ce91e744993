import type { AppRouter } from "@coder/api/root";
import { hashKey } from "@tanstack/react-query";
import type { TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { z } from "zod";
import { batchUrl, type Question } from "./question.ts";

/** What was not taken by then is asked anew: answers are as of the moment the page began. */
const LASTS_MS = 10_000;

const AnswersSchema = z.array(z.object({ result: z.object({ data: z.unknown() }) }).nullable().catch(null));

/** Each is taken once. */
const answers = new Map<string, Promise<unknown>>();

/** Asks at once, in one request, what the page will ask as soon as its code has come and it knows who is looking. */
export function askAhead(questions: readonly Question[]): void {
  const answered = ask(batchUrl(questions));
  for (const [index, { path, input }] of questions.entries()) {
    const key = hashKey([path, input]);
    const answer = answered.then((all) => all[index] ?? Promise.reject(new Error(`${path} was refused`))).then(({ result }) => result.data);
    // Whoever takes it hears of its failure, and often nobody does.
    answer.catch(() => undefined);
    answers.set(key, answer);
    setTimeout(() => answers.delete(key), LASTS_MS);
  }
}

async function ask(url: string): Promise<z.output<typeof AnswersSchema>> {
  const response = await fetch(url);
  return AnswersSchema.parse(await response.json());
}

function taken(path: string, input: unknown): Promise<unknown> | undefined {
  const key = hashKey([path, input]);
  const answer = answers.get(key);
  answers.delete(key);
  return answer;
}

/** Answers by what was asked ahead. A question that failed there is asked again, and fails or not by itself. */
export function aheadLink(): TRPCLink<AppRouter> {
  return () => ({ op, next }) => {
    const answer = op.type === "query" ? taken(op.path, op.input) : undefined;
    if (!answer) return next(op);
    return observable((observer) => {
      let left = false;
      let asked: { unsubscribe(): void } | null = null;
      const settle = async () => {
        const found = await answer.then((data) => ({ data }), () => null);
        if (left) return;
        if (found === null) {
          asked = next(op).subscribe(observer);
          return;
        }
        observer.next({ result: { type: "data", data: found.data } });
        observer.complete();
      };
      void settle();
      return () => {
        left = true;
        asked?.unsubscribe();
      };
    });
  };
}
