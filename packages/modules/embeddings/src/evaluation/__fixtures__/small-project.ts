import type { Hit } from "@coder/api/embeddings";

/** A project of about a dozen files, with questions as a person asks them. */
export interface SmallProject {
  readonly name: string;
  /** Texts by path. */
  readonly files: Readonly<Record<string, string>>;
  /** A question and where its answer stands, each as `path: text that stands there`; any of them will do. */
  readonly questions: readonly (readonly [question: string, ...answers: string[]])[];
}

/** Whether a hit shows one of the places. Throws for a place that is not in the project. */
export function isAnswer({ files }: SmallProject, answers: readonly string[], { path, startLine, endLine }: Pick<Hit, "path" | "startLine" | "endLine">): boolean {
  return answers.some((answer) => {
    const [file = "", ...text] = answer.split(": ");
    const at = files[file]?.indexOf(text.join(": ")) ?? -1;
    if (at < 0) throw new Error(`Nothing is at ${answer}`);
    const line = files[file]?.slice(0, at).split("\n").length ?? 0;
    return path === file && startLine <= line && line <= endLine;
  });
}
