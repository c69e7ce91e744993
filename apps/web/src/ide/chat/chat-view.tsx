"use client";

import type { Models } from "@coder/api/ai-service";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { COMMANDS } from "./commands.ts";
import { Composer } from "./composer.tsx";
import { MessageView } from "./message-view.tsx";
import { useDraft } from "./use-draft.ts";
import type { ConversationControl } from "./use-conversation.ts";
import { costText } from "./words.ts";
import styles from "./chat.module.css";

/** How near to its end a reader counts as being there. */
const NEAR_PX = 40;

/** A conversation: what was said, and where to say more. */
export function ChatView({ control }: { readonly control: ConversationControl }) {
  const trpc = useTRPC();
  const models = useQuery(trpc.aiService.getModels.queryOptions({})).data;
  const [draft, setDraft] = useDraft();
  const { details, query, id } = control;
  const last = details?.messages.at(-1);
  // Not whether one is being written, which may begin and end between two looks.
  const ended = last?.state === "running" ? undefined : last?.id;
  const queries = useQueryClient();
  // Whatever it cost is spent by now.
  useEffect(() => {
    if (ended !== undefined) void queries.invalidateQueries({ queryKey: trpc.aiService.getModels.queryKey() });
  }, [ended, queries, trpc]);
  const list = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const follow = useRef(true);

  // Another conversation is read from its end.
  useEffect(() => {
    follow.current = true;
  }, [id]);
  const toEnd = () => list.current?.scrollTo({ top: list.current.scrollHeight });
  // Stays at the end while the reader is there, and where the reader is otherwise.
  useEffect(() => {
    if (follow.current) toEnd();
  }, [details]);
  const onScroll = () => {
    if (!list.current) return;
    const { scrollHeight, scrollTop, clientHeight } = list.current;
    follow.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    setAtEnd(follow.current);
  };

  return (
    <div className={styles.view}>
      <div ref={list} className={styles.messages} onScroll={onScroll} tabIndex={0} role="log" aria-label="Messages" aria-live="off">
        {id === null ? <Beginning models={models} onChoose={setDraft} /> : null}
        {id !== null && query.error && toProblem(query.error).code !== "conversation_not_found" ? <InlineProblem problem={toProblem(query.error)} onRetry={() => void query.refetch()} /> : null}
        {id !== null && query.isPending ? <Bones /> : null}
        {details?.messages.map((message, index) => (
          <MessageView key={message.id} message={message} control={control} last={index === details.messages.length - 1} />
        ))}
      </div>
      {atEnd ? null : (
        <IconButton
          icon="arrow-down"
          label="Go to the end"
          className={styles.toEnd}
          onClick={() => {
            follow.current = true;
            toEnd();
          }}
        />
      )}
      <Composer control={control} hasModel={(models?.chat.length ?? 0) > 0} draft={draft} onDraft={setDraft} />
      <Facts models={models} control={control} />
    </div>
  );
}

function Beginning({ models, onChoose }: { readonly models: Models | undefined; readonly onChoose: (text: string) => void }) {
  if (!models) return null;
  const choose = (text: string) => {
    onChoose(text);
    document.querySelector<HTMLElement>('[data-view="chat"] [data-first-focus]')?.focus();
  };
  return (
    <div className={styles.beginning}>
      <Icon name="comment-discussion" size={24} />
      {models.chat.length > 0 ? (
        <>
          <h3 className={styles.beginningTitle}>Ask about this project</h3>
          <p>{models.chat[0]} answers. It reads and searches the files that you may read, and what it wants to change becomes a change set for you to review.</p>
        </>
      ) : (
        <>
          <h3 className={styles.beginningTitle}>No model is set up</h3>
          <p>This works as a command line, and a sentence is searched by its meaning. An operator can add a model in the settings of the installation.</p>
        </>
      )}
      <ul className={styles.commands} aria-label="Commands">
        {COMMANDS.map(({ text, help }) => (
          <li key={text}>
            <button type="button" className={styles.command} onClick={() => choose(text)}>
              <code>{text.trim()}</code>
              <span>{help}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What answers, what this conversation cost, and what is left. */
function Facts({ models, control }: { readonly models: Models | undefined; readonly control: ConversationControl }) {
  if (!models) return <div className={styles.bottom} />;
  const { budget, chat } = models;
  const used = control.details?.usage;
  const left = Math.max(0, budget.limitMicroUsd - budget.spentMicroUsd - budget.reservedMicroUsd);
  return (
    <div className={styles.bottom}>
      <span className={styles.bottomModel}>{chat[0] ?? "Built-in commands"}</span>
      {used && used.inputTokens + used.outputTokens > 0 ? <span title={`${used.inputTokens.toLocaleString("en")} tokens in, ${used.outputTokens.toLocaleString("en")} out`}>{costText(used.costMicroUsd)}</span> : null}
      {chat.length > 0 ? <span title={`Of ${costText(budget.limitMicroUsd)} of the organization in ${budget.period}`}>{left === 0 ? "budget used up" : `${costText(left)} left`}</span> : null}
    </div>
  );
}

function Bones() {
  return (
    <div className={styles.bones} aria-hidden="true">
      {[180, 260, 220].map((width) => (
        <Skeleton key={width} width={width} />
      ))}
    </div>
  );
}
