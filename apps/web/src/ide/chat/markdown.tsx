"use client";

import { type ComponentProps, memo, type ReactNode } from "react";
import ReactMarkdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { useIde } from "../ide-context.ts";
import { citationOf } from "./citations.ts";
import { CodeBlock } from "./code-block.tsx";
import styles from "./chat.module.css";

const PLUGINS = [remarkGfm];
/** Pictures of an answer would be fetched from wherever it says. */
const NOT_SHOWN = ["img"];

/** Text of an answer. Raw HTML in it is text; places in files open them; links lead only where links may. */
export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  return (
    <div className={styles.prose}>
      <ReactMarkdown remarkPlugins={PLUGINS} disallowedElements={NOT_SHOWN} unwrapDisallowed components={COMPONENTS}>
        {text}
      </ReactMarkdown>
    </div>
  );
});

const COMPONENTS: ComponentProps<typeof ReactMarkdown>["components"] = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ),
  code: ({ children }) => <InlineCode>{children}</InlineCode>,
  pre: ({ children }) => <Fence>{children}</Fence>,
  table: ({ children }) => (
    <div className={styles.tableScroll} tabIndex={0} role="group" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
};

function InlineCode({ children }: { readonly children?: ReactNode }) {
  const { openFile } = useIde();
  const citation = typeof children === "string" ? citationOf(children) : null;
  if (!citation) return <code>{children}</code>;
  const { path, line, endLine } = citation;
  return (
    <button type="button" className={styles.citation} onClick={() => openFile(path, { preview: true, ...(line === null ? {} : { at: { line, endLine: endLine ?? line } }) })}>
      {children}
    </button>
  );
}

/** A block of code: what stands in a fence, without the element around it. */
function Fence({ children }: { readonly children?: ReactNode }) {
  const code = isCode(children) ? children.props : null;
  if (!code) return <pre>{children}</pre>;
  const language = /language-([\w+#-]+)/.exec(code.className ?? "")?.[1] ?? "";
  return <CodeBlock language={language} text={String(code.children ?? "").replace(/\n$/, "")} />;
}

function isCode(node: ReactNode): node is ReactNode & { readonly props: { readonly className?: string; readonly children?: ReactNode } } {
  return typeof node === "object" && node !== null && "props" in node;
}
