/** One server-sent event, as it stood on the wire. */
export interface WireEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** Reads server-sent events one by one. */
export async function* readEvents(response: Response): AsyncGenerator<WireEvent, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(block.split("\n").filter((line) => line !== "").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()] as const));
      const data = fields.get("data");
      if (fields.size > 0) yield { event: fields.get("event") ?? "message", id: fields.get("id"), data: data === undefined || data === "" ? null : JSON.parse(data) };
    }
  }
}
