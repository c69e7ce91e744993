"use client";

import type { LiveFetch } from "@coder/api/client";
import type { HTTPBatchLinkOptions } from "@trpc/client";
import { onlineManager } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

/** `offline`: the browser has no network. `unreachable`: it has, but the server does not answer; asked again and again until it does. */
export type ConnectionState = "connected" | "unreachable" | "offline";

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 15_000;
const PROBE_TIMEOUT_MS = 5_000;

let state: ConnectionState = "connected";
let timer: ReturnType<typeof setTimeout> | null = null;
/** How often the browser said that it lost its network. An answer to what was asked before says nothing of afterwards. */
let losses = 0;
const listeners = new Set<() => void>();

function become(next: ConnectionState): void {
  if (state === next) return;
  state = next;
  onlineManager.setOnline(next === "connected");
  for (const listener of listeners) listener();
}

/** Begins a question to the server; what it returns is for when there is an answer. */
function asking(): () => void {
  const before = losses;
  return () => {
    if (before === losses) become("connected");
  };
}

function probeAfter(milliseconds: number): void {
  if (timer !== null) clearTimeout(timer);
  timer = setTimeout(() => {
    timer = null;
    const answered = asking();
    void fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).then(
      answered,
      () => {
        become(navigator.onLine ? "unreachable" : "offline");
        probeAfter(Math.min(Math.max(milliseconds * 2, FIRST_RETRY_MS), MAX_RETRY_MS));
      },
    );
  }, milliseconds);
}

/** A connection broke off: finds out at once whether the server can still be reached. */
export function suspectLoss(): void {
  if (state === "connected" && timer === null) probeAfter(0);
}

/** Whether the server takes requests now. One that is stopping answers, but takes none. */
export function serverIsReady(): Promise<boolean> {
  return fetch("/ready", { cache: "no-store", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).then(({ ok }) => ok, () => false);
}

/** `fetch` that notices whether the server can be reached. Any answer, a refusal too, means that it can. */
export const watchedFetch: NonNullable<HTTPBatchLinkOptions<never>["fetch"]> = (input, init) => watched(() => fetch(input, { ...init, signal: init?.signal ?? null }));

/** The same for live streams. */
export const watchedLiveFetch: LiveFetch = (url, init) => watched(() => fetch(url, init));

async function watched(request: () => Promise<Response>): Promise<Response> {
  const answered = asking();
  try {
    const response = await request();
    answered();
    return response;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) lost();
    throw error;
  }
}

/** Resolves when the server can be reached, as far as is known. Rejects when the signal aborts. */
export function untilConnected(signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const settle = () => {
    listeners.delete(look);
    signal.removeEventListener("abort", giveUp);
  };
  const look = () => {
    if (state !== "connected") return;
    settle();
    resolve();
  };
  const giveUp = () => {
    settle();
    reject(signal.reason);
  };
  listeners.add(look);
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  else look();
  return promise;
}

/** Calls back each time the server can be reached again. Returns how to stop that. */
export function onReconnected(listener: () => void): () => void {
  return subscribe(() => {
    if (state === "connected") listener();
  });
}

function lost(): void {
  become(navigator.onLine ? "unreachable" : "offline");
  probeAfter(FIRST_RETRY_MS);
}

/** Listens to the browser. Called once by the provider. */
export function watchConnection(): () => void {
  const onOnline = () => probeAfter(0);
  const onOffline = () => {
    losses += 1;
    become("offline");
    // A server on this machine is there without any network.
    probeAfter(FIRST_RETRY_MS);
  };
  window.addEventListener("online", onOnline);
  window.addEventListener("offline", onOffline);
  return () => {
    window.removeEventListener("online", onOnline);
    window.removeEventListener("offline", onOffline);
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConnection(): ConnectionState {
  return useSyncExternalStore(subscribe, () => state, () => "connected");
}
