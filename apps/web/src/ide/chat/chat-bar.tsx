"use client";

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { ConversationId } from "@coder/api/ai-service";
import { useEffect, useRef, useState } from "react";
import { toProblem } from "#api/problem.ts";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { CommandIconButton } from "#commands/command-controls.tsx";
import { useCommands } from "#commands/registry.tsx";
import { relativeTime } from "#lib/time.ts";
import { useNow } from "#lib/use-now.ts";
import { Button } from "#ui/button.tsx";
import { Confirm, Dialog, DialogActions } from "#ui/dialog.tsx";
import { Icon } from "#ui/icon.tsx";
import { toast } from "#ui/toast.tsx";
import { useIde } from "../ide-context.ts";
import frameStyles from "../frame/frame.module.css";
import { ChatView } from "./chat-view.tsx";
import { placeOf, useConversation } from "./use-conversation.ts";
import styles from "./chat.module.css";

const PAGE = 50;
const ROW_HEIGHT = 30;

/** The secondary side bar: the chat about the project. */
export function ChatBar() {
  const control = useConversation();
  const { frame } = useIde();
  const [listed, setListed] = useState(false);
  const [dialog, setDialog] = useState<"rename" | "delete" | null>(null);
  const title = control.details?.conversation.title ?? "Chat";
  const begin = () => {
    control.show(null);
    setListed(false);
    frame.showChat();
  };
  useCommands([
    { id: "chat.new", title: "Begin a conversation", category: "Chat", icon: "add", run: begin },
    { id: "chat.list", title: "Show conversations", category: "Chat", icon: "history", run: () => setListed(!listed) },
    { id: "chat.rename", title: "Rename the conversation", category: "Chat", icon: "rename", enabled: control.details !== undefined, run: () => setDialog("rename") },
    { id: "chat.delete", title: "Delete the conversation", category: "Chat", icon: "trash", enabled: control.details !== undefined, run: () => setDialog("delete") },
    { id: "chat.stop", title: "Stop the answer", category: "Chat", icon: "stop-circle", enabled: control.running !== undefined, run: () => control.running && control.stop.mutate(placeOf(control.running)) },
    { id: "chat.retry", title: "Ask for another answer", category: "Chat", icon: "refresh", enabled: control.running === undefined && (control.details?.messages.length ?? 0) > 0, run: () => retry(control) },
  ]);
  return (
    <section className={frameStyles.sideBar} aria-label="Chat" data-region="chat" data-view="chat" data-scope="chat">
      <header className={frameStyles.viewHeader}>
        <h2 className={frameStyles.viewTitle} title={title}>
          {title}
        </h2>
        <div className={frameStyles.viewActions}>
          <CommandIconButton command="chat.new" />
          <CommandIconButton command="chat.list" />
          <CommandIconButton command="chat.rename" />
          <CommandIconButton command="chat.delete" />
          <CommandIconButton command="view.toggleChat" icon="close" />
        </div>
      </header>
      {listed ? (
        <ConversationList
          shown={control.id}
          onChoose={(id) => {
            control.show(id);
            setListed(false);
          }}
        />
      ) : (
        <ChatView control={control} />
      )}
      {dialog === "rename" && control.details ? <RenameDialog id={control.details.conversation.id} title={title} onClose={() => setDialog(null)} /> : null}
      {dialog === "delete" && control.details ? <DeleteDialog id={control.details.conversation.id} title={title} onClose={() => setDialog(null)} onDeleted={() => control.show(null)} /> : null}
    </section>
  );
}

function retry({ details, retry: again }: ReturnType<typeof useConversation>): void {
  const last = details?.messages.at(-1);
  if (last) again.mutate(placeOf(last));
}

function ConversationList({ shown, onChoose }: { readonly shown: ConversationId | null; readonly onChoose: (id: ConversationId) => void }) {
  const { projectId } = useIde();
  const [words, setWords] = useState("");
  const trpc = useTRPC();
  const now = useNow();
  const input = { projectId, limit: PAGE, ...(words.trim() === "" ? {} : { query: words.trim() }) };
  const query = useInfiniteQuery(trpc.aiService.listConversations.infiniteQueryOptions(input, { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined, placeholderData: (before) => before }));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 12, getItemKey: (index) => items[index]?.id ?? index });
  const drawn = virtual.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= items.length - PAGE / 2) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, items.length]);
  return (
    <div className={styles.view}>
      <div className={styles.listSearch}>
        <input className={styles.searchInput} type="search" aria-label="Search conversations" placeholder="Search conversations" value={words} data-first-focus onChange={(event) => setWords(event.target.value)} />
      </div>
      {query.data && items.length === 0 ? <p className={styles.none}>{words.trim() === "" ? "There is no conversation yet." : "No conversation holds these words."}</p> : null}
      <div ref={scroller} className={styles.list}>
        <ul className={styles.listRows} aria-label="Conversations" style={{ height: virtual.getTotalSize() }}>
          {drawn.map(({ index, start, key }) => {
            const item = items[index];
            return item ? (
              <li key={key} className={styles.listRow} style={{ transform: `translateY(${start}px)` }} aria-setsize={hasNextPage ? -1 : items.length} aria-posinset={index + 1}>
                <button type="button" className={styles.listItem} aria-current={item.id === shown} onClick={() => onChoose(item.id)}>
                  <Icon name="comment" />
                  <span className={styles.listTitle}>{item.title}</span>
                  <span className={styles.listTime}>{relativeTime(item.updatedAt, now)}</span>
                </button>
              </li>
            ) : null;
          })}
        </ul>
      </div>
    </div>
  );
}

function useReadAgain(): () => void {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: trpc.aiService.listConversations.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.aiService.getConversation.queryKey() });
  };
}

function RenameDialog({ id, title, onClose }: { readonly id: ConversationId; readonly title: string; readonly onClose: () => void }) {
  const client = useTRPCClient();
  const readAgain = useReadAgain();
  const [name, setName] = useState(title);
  const rename = useMutation({
    mutationFn: () => client.aiService.renameConversation.mutate({ id, title: name.slice(0, 120) }),
    onSuccess: () => {
      readAgain();
      onClose();
    },
    onError: (error) => toast({ kind: "error", title: "The conversation was not renamed", detail: toProblem(error).message }),
  });
  return (
    <Dialog open onClose={onClose} title="Rename the conversation">
      <form
        className={styles.rename}
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <input className={styles.searchInput} aria-label="Name" value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={rename.isPending} disabled={name.trim() === ""}>
            Rename
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function DeleteDialog({ id, title, onClose, onDeleted }: { readonly id: ConversationId; readonly title: string; readonly onClose: () => void; readonly onDeleted: () => void }) {
  const client = useTRPCClient();
  const readAgain = useReadAgain();
  return (
    <Confirm
      open
      onClose={onClose}
      title="Delete the conversation"
      consequence={<p>{`"${title}" and all its messages are deleted. Change sets that it proposed stay.`}</p>}
      action="Delete"
      onConfirm={async () => {
        await client.aiService.deleteConversation.mutate({ id });
        onDeleted();
        readAgain();
      }}
    />
  );
}

