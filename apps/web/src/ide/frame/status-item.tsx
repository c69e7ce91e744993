"use client";

import type { ComponentProps, ReactNode } from "react";
import shell from "#shell/shell.module.css";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Tooltip } from "#ui/tooltip.tsx";

export interface StatusItemProps extends Omit<ComponentProps<"button">, "children" | "className"> {
  readonly icon?: IconName;
  /** What it is, and what pressing it does: "Line 3, column 7. Go to line". */
  readonly label: string;
  readonly tone?: "warning";
  readonly children: ReactNode;
}

/** An entry of the status bar. A button where it does something, also as the trigger of a menu; else plain text. */
export function StatusItem({ icon, label, tone, children, ...button }: StatusItemProps) {
  const content = (
    <>
      {icon ? <Icon name={icon} /> : null}
      <span className={shell.statusText}>{children}</span>
    </>
  );
  const isButton = button.onClick !== undefined || "aria-haspopup" in button;
  return (
    <Tooltip text={label} side="top">
      {isButton ? (
        <button {...button} type="button" className={shell.statusItem} aria-label={label} data-tone={tone} data-status-item>
          {content}
        </button>
      ) : (
        <span className={shell.statusItem} data-tone={tone} data-status-item>
          {content}
        </span>
      )}
    </Tooltip>
  );
}
