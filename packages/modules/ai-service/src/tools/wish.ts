/** What a person says who wants scripts of a kind to be run, and what such scripts are called. */
const KINDS: readonly (readonly [wish: RegExp, script: RegExp])[] = [
  [/\b(tests?|specs?|retest)\b/i, /test|spec|e2e|vitest|jest|mocha|cover/i],
  [/\b(builds?|rebuild|compiles?|bundles?)\b/i, /build|compile|bundle|tsc/i],
  [/\b(lints?|checks?|verify|validate|types?|typecheck)\b/i, /lint|check|verify|validate|types?|tsc/i],
  [/\b(formats?|prettify)\b/i, /format|fmt|prettier|lint/i],
  [/\b(start|serve|launch|preview|dev)\b/i, /start|serve|preview|dev/i],
  [/\b(bench(es|marks?)?|measure)\b/i, /bench|perf/i],
];
const EVERYTHING = /\b(run|execute)\s+(everything|all|every)\b/i;
const GENERATE_WORDS = /\b(generate|add|create|make|write|scaffold|implement)\b/i;

/** What a person wants by their own words. */
export interface Wish {
  readonly said: string;
  /** What they were asked before and said yes to; empty otherwise. */
  readonly agreedTo: string;
}

const YES = /^\s*(y|yes|yep|yeah|ok|okay|sure|please|do|do it|go|go ahead|run it|ja|oui|si|sí|да|はい)(?![\p{L}\p{N}])/iu;
const LONGEST_YES = 80;

/** `before`: the answer that this follows. */
export function wishOf(said: string, before: string): Wish {
  return { said, agreedTo: said.length <= LONGEST_YES && YES.test(said) ? before : "" };
}

/**
 * Whether the person, and not a file that was read, asks for this script: by its name, in whatever language, or by its kind. A word that asks for one kind asks for no other: who
 * wants the tests to be checked has not asked for a deployment.
 */
export function asksToRun({ said, agreedTo }: Wish, script: string): boolean {
  return names(said, script) || names(agreedTo, script) || EVERYTHING.test(said) || KINDS.some(([asked, called]) => asked.test(said) && called.test(script));
}

export function asksToGenerate({ said, agreedTo }: Wish): boolean {
  return GENERATE_WORDS.test(said) || GENERATE_WORDS.test(agreedTo);
}

function names(text: string, script: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}_])${script.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}(?![\\p{L}\\p{N}_])`, "iu").test(text);
}
