import type { ValidationStageName } from "@coder/api/execution";
import type { ISandbox } from "@coder/sandbox";
import { CheckCopy, TooLargeToCopy, type CheckLimits } from "./CheckCopy.ts";
import { skipped, type Finding, type IStage, type StageOutcome, type Subject } from "./stage.ts";

/** What a check of the project found; `note` says why it could not run. */
export type Checked = { readonly findings: readonly Finding[] } | { readonly broken: string };

/** One kind of check that the project brings along. */
export interface IProjectCheck {
  readonly name: ValidationStageName;
  /** Null where the project has it, or why not. */
  missing(copy: CheckCopy, subject: Subject): Promise<string | null>;
  check(copy: CheckCopy, subject: Subject, limits: CheckLimits, signal: AbortSignal): Promise<Checked>;
}

/** Runs a check of the project on a copy. What the check says of the project without the change is not the change's fault. */
export class ProjectStage implements IStage {
  readonly name: ValidationStageName;
  readonly #deps: { readonly check: IProjectCheck; readonly copies: CheckCopies; readonly limits: () => CheckLimits };

  constructor(deps: { readonly check: IProjectCheck; readonly copies: CheckCopies; readonly limits: () => CheckLimits }) {
    this.#deps = deps;
    this.name = deps.check.name;
  }

  async run(subject: Subject, signal: AbortSignal): Promise<StageOutcome> {
    const { check, limits, copies } = this.#deps;
    let copy: CheckCopy;
    try {
      copy = await copies.of(subject, signal);
    } catch (error) {
      if (error instanceof TooLargeToCopy) return skipped("The project is too large to be copied for this check.");
      throw error;
    }
    await copy.show("text");
    const missing = await check.missing(copy, subject);
    if (missing !== null) return skipped(missing);
    const found = await check.check(copy, subject, limits(), signal);
    if ("broken" in found) return { state: "broken", note: found.broken, findings: [] };
    if (!found.findings.some(({ severity }) => severity === "error")) return { state: "passed", note: "", findings: found.findings };
    await copy.show("base");
    const before = await check.check(copy, subject, limits(), signal);
    const fresh = "broken" in before ? found.findings : withoutKnown(found.findings, before.findings);
    const known = found.findings.length - fresh.length;
    return {
      state: fresh.some(({ severity }) => severity === "error") ? "failed" : "passed",
      note: known === 0 ? "" : `${known} ${known === 1 ? "message was" : "messages were"} there before the change.`,
      findings: fresh,
    };
  }
}

/** One copy for all stages of a run. */
export class CheckCopies {
  readonly #sandbox: ISandbox;
  readonly #made = new WeakMap<Subject, Promise<CheckCopy>>();

  constructor(deps: { readonly sandbox: ISandbox }) {
    this.#sandbox = deps.sandbox;
  }

  of(subject: Subject, signal: AbortSignal): Promise<CheckCopy> {
    const made = this.#made.get(subject) ?? CheckCopy.make(this.#sandbox, subject, signal);
    this.#made.set(subject, made);
    return made;
  }
}

/** Lines move with the change, so a message is known by its file, rule and words, as often as it came. */
function withoutKnown(findings: readonly Finding[], before: readonly Finding[]): readonly Finding[] {
  const known = new Map<string, number>();
  for (const finding of before) known.set(keyOf(finding), (known.get(keyOf(finding)) ?? 0) + 1);
  return findings.filter((finding) => {
    const left = known.get(keyOf(finding)) ?? 0;
    if (left > 0) known.set(keyOf(finding), left - 1);
    return left === 0;
  });
}

function keyOf({ path, rule, text, severity }: Finding): string {
  return JSON.stringify([path, rule, text, severity]);
}
