"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { Tabs } from "radix-ui";
import { useState } from "react";
import { useTRPC } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { ImportArchive } from "./import-archive.tsx";
import type { ImportFormProps } from "./import-form.ts";
import { ImportFolder } from "./import-folder.tsx";
import { ImportGit } from "./import-git.tsx";
import tabs from "#ui/tabs.module.css";
import styles from "./projects.module.css";
import { usePatchProjects } from "./use-projects.ts";

interface Way {
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
}

const ARCHIVE: Way = { id: "archive", title: "Archive", icon: "file-zip" };
const GIT: Way = { id: "git", title: "Git address", icon: "git-branch" };
const FOLDER: Way = { id: "folder", title: "Folder of the server", icon: "server" };

/** Three ways in. Each ends with a project whose files are on their way. */
export function ImportDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { may } = useSession();
  const router = useRouter();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { refresh } = usePatchProjects();
  const [way, setWay] = useState(ARCHIVE.id);
  const ways = [ARCHIVE, GIT, ...(may("workspace.folder.import") ? [FOLDER] : [])];
  const form: ImportFormProps = {
    onCancel: onClose,
    onStarted: (project) => {
      // How far it is shows from the first moment on.
      queries.setQueryData(trpc.workspace.getProject.queryKey({ id: project.id }), project);
      void refresh();
      onClose();
      router.push(`/projects/${project.id}`);
    },
  };
  return (
    <Dialog open={open} onClose={onClose} title="Import a project">
      <Tabs.Root value={way} onValueChange={setWay} className={styles.form}>
        <Tabs.List className={styles.ways} aria-label="Where the files come from">
          {ways.map(({ id, title, icon }) => (
            <Tabs.Trigger key={id} value={id} className={tabs.tab}>
              <Icon name={icon} />
              {title}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value={ARCHIVE.id} className={styles.wayBody} tabIndex={-1}>
          <ImportArchive {...form} />
        </Tabs.Content>
        <Tabs.Content value={GIT.id} className={styles.wayBody} tabIndex={-1}>
          <ImportGit {...form} />
        </Tabs.Content>
        <Tabs.Content value={FOLDER.id} className={styles.wayBody} tabIndex={-1}>
          <ImportFolder {...form} />
        </Tabs.Content>
      </Tabs.Root>
    </Dialog>
  );
}
