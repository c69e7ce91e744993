import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Clause } from "./clauses.ts";
import { invalidCursor } from "./errors.ts";
import type { Scalar } from "./values.ts";

/** The last row of a page: the next one starts after it. */
export interface Position {
  readonly value: Scalar;
  readonly id: string;
}

export interface CursorScope {
  readonly table: string;
  readonly tenant: string;
  readonly where: readonly Clause[];
  readonly sort: { readonly field: string; readonly direction: "asc" | "desc" };
}

const PositionSchema = z.tuple([z.union([z.string(), z.number(), z.boolean()]), z.string()]);

/**
 * Continuation tokens: the position, and a seal over it and the query it belongs to. A token that was made up, altered, or taken
 * from another list or tenant does not open.
 */
export class CursorSealer {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  seal(position: Position, scope: CursorScope): string {
    const body = Buffer.from(JSON.stringify([position.value, position.id])).toString("base64url");
    return `${body}.${this.#mac(body, scope).toString("base64url")}`;
  }

  open(token: string, scope: CursorScope): Position {
    const [body = "", mac = "", ...rest] = token.split(".");
    const given = Buffer.from(mac, "base64url");
    const expected = this.#mac(body, scope);
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalidCursor();
    const [value, id] = PositionSchema.parse(JSON.parse(Buffer.from(body, "base64url").toString()));
    return { value, id };
  }

  #mac(body: string, scope: CursorScope): Buffer {
    return createHmac("sha256", this.#key).update(JSON.stringify([body, scope])).digest().subarray(0, 16);
  }
}
