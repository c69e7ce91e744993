"use client";

import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef, useState } from "react";
import { type Problem, toProblem } from "#api/problem.ts";
import { Button } from "./button.tsx";
import styles from "./dialog.module.css";
import { Icon } from "./icon.tsx";
import { InlineProblem } from "./states.tsx";
import { useReturnFocus } from "./use-return-focus.ts";

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children: ReactNode;
}

/** A modal dialogue. Focus goes in, stays in, and returns to where it came from; Escape closes. */
export function Dialog({ open, onClose, title, description, children }: DialogProps) {
  const content = useRef<HTMLDivElement>(null);
  const returnFocus = useReturnFocus(open);
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={styles.overlay} />
        <Radix.Content
          ref={content}
          className={styles.dialog}
          onOpenAutoFocus={(event) => {
            // The first field and not the button that closes.
            const field = content.current?.querySelector<HTMLElement>("input:not([readonly]), select, textarea");
            if (!field) return;
            event.preventDefault();
            field.focus();
          }}
          onCloseAutoFocus={returnFocus}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <div className={styles.header}>
            <Radix.Title className={styles.title}>{title}</Radix.Title>
            <Radix.Close className={styles.close} aria-label="Close">
              <Icon name="close" />
            </Radix.Close>
          </div>
          {description ? (
            <Radix.Description className={styles.description} asChild>
              <div>{description}</div>
            </Radix.Description>
          ) : null}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The row of buttons at the end of a dialogue; the one that acts comes last. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

export interface ConfirmProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** Names the thing: "Remove Ada Lovelace from Analytical Engines". */
  readonly title: string;
  /** What will be so afterwards. */
  readonly consequence: ReactNode;
  readonly action: string;
  readonly onConfirm: () => Promise<unknown>;
}

/** Stands only before what cannot be undone. Focus starts on the way out. */
export function Confirm({ open, onClose, title, consequence, action, onConfirm }: ConfirmProps) {
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const returnFocus = useReturnFocus(open);
  const close = () => {
    setProblem(null);
    onClose();
  };
  const confirm = async () => {
    setPending(true);
    setProblem(null);
    try {
      await onConfirm();
      close();
    } catch (error) {
      setProblem(toProblem(error));
    } finally {
      setPending(false);
    }
  };
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && close()}>
      <Radix.Portal>
        <Radix.Overlay className={styles.overlay} />
        <Radix.Content
          role="alertdialog"
          className={styles.dialog}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            cancel.current?.focus();
          }}
          onCloseAutoFocus={returnFocus}
        >
          <Radix.Title className={styles.title}>{title}</Radix.Title>
          <Radix.Description className={styles.description} asChild>
            <div>{consequence}</div>
          </Radix.Description>
          {problem ? <InlineProblem problem={problem} /> : null}
          <DialogActions>
            <Button ref={cancel} onClick={close}>
              Cancel
            </Button>
            <Button variant="danger" pending={pending} onClick={() => void confirm()}>
              {action}
            </Button>
          </DialogActions>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
