"use client";

import type { ContextItem, ConversationId, Message, MessageId } from "@coder/api/ai-service";
import { ConversationIdSchema } from "@coder/api/ai-service";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { z } from "zod";
import { followStream } from "#api/follow-stream.ts";
import { toProblem } from "#api/problem.ts";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { randomId } from "#lib/random-id.ts";
import { toast } from "#ui/toast.tsx";
import { useIde } from "../ide-context.ts";
import { useKept } from "../use-kept.ts";
import { applyEvent } from "./apply-event.ts";

const KeptSchema = z.object({ conversation: ConversationIdSchema.nullable() });
const NOTHING = { conversation: null };

export interface Outgoing {
  readonly text: string;
  readonly context: readonly ContextItem[];
  /** Absent: after the last message. Null: instead of the first. */
  readonly parentId?: MessageId | null;
}

export interface MessagePlace {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
}

export function placeOf({ conversationId, id }: Pick<Message, "conversationId" | "id">): MessagePlace {
  return { conversationId, messageId: id };
}

/** Which conversation is shown, as the person left it. */
export function useShownConversation(): readonly [id: ConversationId | null, show: (id: ConversationId | null) => void] {
  const [{ conversation }, set] = useKept("chat", KeptSchema, NOTHING);
  const show = useCallback((id: ConversationId | null) => set({ conversation: id }), [set]);
  return [conversation, show];
}

/** The conversation that is shown, as it is being written, and what can be done in it. */
export function useConversation() {
  const { projectId } = useIde();
  const [id, show] = useShownConversation();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const query = useQuery(trpc.aiService.getConversation.queryOptions(id === null ? skipToken : { id }, { staleTime: Number.POSITIVE_INFINITY }));
  const gone = query.error !== null && toProblem(query.error).code === "conversation_not_found";

  // One that was deleted is not shown any more.
  useEffect(() => {
    if (gone) show(null);
  }, [gone, show]);

  const readList = useCallback(() => void queries.invalidateQueries({ queryKey: trpc.aiService.listConversations.pathKey() }), [queries, trpc]);

  useEffect(() => {
    if (id === null) return undefined;
    const key = trpc.aiService.getConversation.queryKey({ id });
    const readAnew = () => void queries.invalidateQueries({ queryKey: key });
    return followStream((ended) =>
      client.aiService.watchConversation.subscribe(
        { id },
        {
          onData: ({ data }) => {
            const known = queries.getQueryData(key);
            const next = known && "event" in data ? applyEvent(known, data.event) : null;
            if (next) queries.setQueryData(key, next);
            else readAnew();
            if ("event" in data && data.event.kind === "conversation") readList();
          },
          onError: ended,
          onComplete: ended,
        },
      ),
    );
  }, [id, client, queries, trpc, readList]);

  const refused = (title: string) => (error: unknown) => {
    const { message, remedy } = toProblem(error);
    toast({ kind: "error", title, detail: `${message} ${remedy}` });
  };
  const readAll = () => {
    void queries.invalidateQueries({ queryKey: trpc.aiService.getConversation.queryKey() });
    readList();
  };
  const send = useMutation({
    mutationFn: ({ text, context, parentId }: Outgoing) =>
      client.aiService.sendMessage.mutate({ projectId, text, context: [...context], key: randomId(), ...(id === null ? {} : { conversationId: id }), ...(parentId === undefined ? {} : { parentId }) }),
    onSuccess: ({ conversationId }) => {
      show(conversationId);
      readAll();
    },
    onError: refused("The message was not sent"),
  });
  const retry = useMutation({
    mutationFn: (place: MessagePlace) => client.aiService.retryMessage.mutate(place),
    onSuccess: readAll,
    onError: refused("There is no other answer"),
  });
  const stop = useMutation({
    mutationFn: (place: MessagePlace) => client.aiService.stopMessage.mutate(place),
    onSettled: readAll,
    onError: refused("The answer was not stopped"),
  });
  const showBranch = useMutation({
    mutationFn: (place: MessagePlace) => client.aiService.showBranch.mutate(place),
    onSuccess: readAll,
    onError: refused("The other branch cannot be shown"),
  });
  const running = query.data?.messages.at(-1)?.state === "running" ? query.data.messages.at(-1) : undefined;
  return { id, show, query, details: id === null ? undefined : query.data, running, send, retry, stop, showBranch };
}

export type ConversationControl = ReturnType<typeof useConversation>;
