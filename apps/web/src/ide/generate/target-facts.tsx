"use client";

import type { Fact, FactKind, Target } from "@coder/api/code-generation";
import { Notice } from "#ui/states.tsx";
import { useIde } from "../ide-context.ts";
import styles from "./generate.module.css";

const KINDS: Readonly<Record<FactKind, string>> = {
  framework: "Framework", language: "Language", modules: "Modules", strictness: "Types", quotes: "Quotes", semicolons: "Statements", indentation: "Indentation", "line-endings": "Line endings",
  "trailing-commas": "Lists", parentheses: "Functions", "arrow-parameters": "Arrow functions", braces: "Braces", formatter: "Formatter", "import-endings": "Imports", "file-names": "File names", layout: "Layout", "test-runner": "Test runner", "test-place": "Tests", validation: "Input",
};

interface TargetFactsProps {
  readonly target: Target;
  /** The form says already that no endpoint can be added to it. */
  readonly refused: boolean;
}

/** What was read off the project, each with the place that shows it. */
export function TargetFacts({ target, refused }: TargetFactsProps) {
  const { facts, problem, files } = target;
  return (
    <section className={styles.panel} aria-labelledby="generate-facts">
      <h3 id="generate-facts" className={styles.heading}>
        How this project writes code
      </h3>
      {problem && !refused ? (
        <Notice tone="warning" title={problem.message}>
          <p>{problem.remedy} Test data can be made all the same.</p>
        </Notice>
      ) : null}
      {files.total === 0 ? (
        <p className={styles.help}>There is no TypeScript or JavaScript in this project to read it from.</p>
      ) : (
        <>
          <dl className={styles.facts}>
            {facts.map((fact) => (
              <FactLine key={fact.kind} fact={fact} />
            ))}
          </dl>
          <p className={styles.help}>{`Read from ${files.read.toLocaleString("en")} of ${files.total.toLocaleString("en")} source files`}</p>
        </>
      )}
    </section>
  );
}

function FactLine({ fact: { kind, label, place } }: { readonly fact: Fact }) {
  const { openFile } = useIde();
  return (
    <>
      <dt>{KINDS[kind]}</dt>
      <dd>
        <span>{label}</span>
        {place ? (
          <button type="button" className={styles.place} title={place.excerpt} onClick={() => openFile(place.path, { at: { line: place.line, endLine: place.line } })}>
            {`${place.path}:${place.line}`}
          </button>
        ) : (
          <span className={styles.quiet}>assumed</span>
        )}
      </dd>
    </>
  );
}
