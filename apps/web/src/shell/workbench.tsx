"use client";

import type { ReactNode } from "react";
import { CommandKeyboard } from "#commands/keyboard.tsx";
import { Palette } from "#commands/palette.tsx";
import { OwnJobsProvider } from "#features/own-jobs/own-jobs-provider.tsx";
import { SessionGate } from "#features/session/session.tsx";
import { ActivityBar } from "./activity-bar.tsx";
import { ShellCommands } from "./shell-commands.tsx";
import styles from "./shell.module.css";
import { SlotsProvider } from "./slots.tsx";
import { ConnectionBanner, StatusBar } from "./status-bar.tsx";
import { TitleBar } from "./title-bar.tsx";

/** The frame around every page behind the sign-in. */
export function Workbench({ version, expectSession, children }: { readonly version: string; readonly expectSession: boolean; readonly children: ReactNode }) {
  return (
    <SessionGate frame={<EmptyFrame />} expected={expectSession}>
      <a
        href="#main"
        className={styles.skip}
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to the content
      </a>
      <OwnJobsProvider>
        <SlotsProvider>
          <div className={styles.workbench}>
            <TitleBar />
            <ActivityBar />
            <main id="main" className={styles.main} data-region="main" tabIndex={-1}>
              <ConnectionBanner />
              {children}
            </main>
            <StatusBar version={version} />
          </div>
        </SlotsProvider>
      </OwnJobsProvider>
      <ShellCommands />
      <CommandKeyboard />
      <Palette />
    </SessionGate>
  );
}

/** The frame while it is not known who is looking. */
function EmptyFrame() {
  return (
    <div className={styles.workbench} aria-hidden="true">
      <div className={styles.titleBar} />
      <div className={styles.activityBar} />
      <div className={styles.main} />
      <div className={styles.statusBar} />
    </div>
  );
}
