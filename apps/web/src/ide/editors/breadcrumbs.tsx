"use client";

import { Fragment } from "react";
import { Icon } from "#ui/icon.tsx";
import { fileIcon } from "../explorer/file-icon.ts";
import { readablePath } from "../files/file-address.ts";
import { useIde } from "../ide-context.ts";
import { crumbsOf } from "./crumbs.ts";
import styles from "./editors.module.css";

/** Where the shown file lies; each part leads to it in the explorer. */
export function Breadcrumbs({ path }: { readonly path: string }) {
  const { revealInExplorer } = useIde();
  const crumbs = crumbsOf(path);
  return (
    <nav className={styles.breadcrumbs} aria-label="Path of the file">
      <ol>
        {crumbs.map(({ path: upTo, name, gap }, index) => {
          const last = index === crumbs.length - 1;
          return (
            <Fragment key={upTo}>
              {index > 0 ? (
                <li aria-hidden="true" className={styles.crumbSeparator}>
                  <Icon name="chevron-right" />
                </li>
              ) : null}
              <li className={styles.crumbItem} data-gap={gap || undefined}>
                <button type="button" className={styles.crumb} tabIndex={-1} aria-current={last ? "true" : undefined} title={`Show ${readablePath(upTo)} in the explorer`} onClick={() => revealInExplorer(upTo)}>
                  {last ? <Icon name={fileIcon(path)} /> : null}
                  <span>{readablePath(name)}</span>
                </button>
              </li>
            </Fragment>
          );
        })}
      </ol>
    </nav>
  );
}
