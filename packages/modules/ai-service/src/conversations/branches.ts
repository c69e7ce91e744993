import type { MessageId } from "@coder/api/ai-service";

interface Placed {
  readonly id: MessageId;
  readonly parentId: MessageId | null;
  readonly createdAt: string;
}

/** The messages of a conversation as a tree: editing or retrying begins a branch beside the one before. */
export class Branches<Message extends Placed> {
  readonly #byId: ReadonlyMap<MessageId, Message>;
  readonly #children = new Map<MessageId | null, Message[]>();

  constructor(messages: readonly Message[]) {
    this.#byId = new Map(messages.map((message) => [message.id, message]));
    for (const message of [...messages].sort((left, right) => (left.createdAt === right.createdAt ? (left.id < right.id ? -1 : 1) : left.createdAt < right.createdAt ? -1 : 1))) {
      const siblings = this.#children.get(message.parentId);
      if (siblings) siblings.push(message);
      else this.#children.set(message.parentId, [message]);
    }
  }

  get(id: MessageId | null): Message | null {
    return id === null ? null : (this.#byId.get(id) ?? null);
  }

  /** From the first message to this one. */
  pathTo(id: MessageId | null): Message[] {
    const path: Message[] = [];
    const seen = new Set<MessageId>();
    for (let at = this.get(id); at && !seen.has(at.id); at = this.get(at.parentId)) {
      seen.add(at.id);
      path.unshift(at);
    }
    return path;
  }

  /** Oldest first, the message itself among them. */
  siblingsOf({ parentId }: Placed): readonly Message[] {
    return this.#children.get(parentId) ?? [];
  }

  childrenOf(id: MessageId): readonly Message[] {
    return this.#children.get(id) ?? [];
  }

  /** The end of the newest branch below a message. */
  leafBelow(id: MessageId): MessageId {
    let at = id;
    for (let child = this.childrenOf(at).at(-1); child; child = this.childrenOf(at).at(-1)) at = child.id;
    return at;
  }
}
