"use client";

import type { Preview } from "@coder/api/code-generation";
import { bytes } from "#lib/size.ts";
import { Icon } from "#ui/icon.tsx";
import styles from "./generate.module.css";

/** What would be made: rows as a table, files with their reason. */
export function PreviewView({ preview }: { readonly preview: Preview }) {
  const { files, notes, tables } = preview;
  return (
    <section className={styles.panel} aria-labelledby="generate-preview">
      <h3 id="generate-preview" className={styles.heading}>
        Preview
      </h3>
      {notes.length > 0 ? (
        <ul className={styles.lines} aria-label="Notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      ) : null}
      {tables.map(({ type, columns, rows, total }) => (
        <figure key={type} className={styles.figure}>
          <figcaption className={styles.caption}>{rows.length < total ? `The first ${rows.length} of ${total.toLocaleString("en")} rows of ${type}` : `${total} rows of ${type}`}</figcaption>
          <div className={styles.scroll} tabIndex={0} role="region" aria-label={`Rows of ${type}`}>
            <table className={styles.rows}>
              <thead>
                <tr>
                  {columns.map((column) => (
                    <th key={column} scope="col">
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((cells, row) => (
                  <tr key={`${row} ${cells[0] ?? ""}`}>
                    {columns.map((column, index) => (
                      <td key={column}>{cells[index] ?? ""}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </figure>
      ))}
      {files.map(({ path, kind, content, sizeBytes, reason, truncated }) => (
        <details key={path} className={styles.file} open={tables.length === 0 && files.length <= 6}>
          <summary className={styles.summary}>
            <Icon name={kind === "create" ? "new-file" : "edit"} />
            <span className={styles.path}>{path}</span>
            <span className={styles.quiet}>{`${kind === "create" ? "new" : "changed"}, ${bytes(sizeBytes)}`}</span>
          </summary>
          <p className={styles.help}>{reason}</p>
          <pre className={styles.code} tabIndex={0} aria-label={path}>
            {content}
            {truncated ? "\n…" : ""}
          </pre>
        </details>
      ))}
    </section>
  );
}
