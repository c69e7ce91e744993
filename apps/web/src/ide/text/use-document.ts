"use client";

import { useEffect, useState } from "react";
import { useStore } from "#lib/store.ts";
import { useIde } from "../ide-context.ts";
import { type DocumentState, LOADING_DOCUMENT } from "./document-state.ts";
import type { TextDocument } from "./TextDocument.ts";
import { Store } from "#lib/store.ts";

const NOTHING_YET = new Store<DocumentState>(LOADING_DOCUMENT);

/** The document of a file, which is read when it is first shown; null for the moment before. */
export function useDocument(path: string): { readonly document: TextDocument | null; readonly state: DocumentState } {
  const { documents } = useIde();
  const [document, setDocument] = useState<TextDocument | null>(() => documents.peek(path) ?? null);
  useEffect(() => setDocument(documents.get(path)), [documents, path]);
  const current = document?.path === path ? document : null;
  return { document: current, state: useStore(current?.state ?? NOTHING_YET) };
}
