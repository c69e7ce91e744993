import type { RestOperation } from "./operations.ts";

/** Finds the operation of a request. `allow` names the methods of the path when the method is not one of them. */
export type RouteMatch =
  | { readonly operation: RestOperation; readonly parameters: ReadonlyMap<string, string> }
  | { readonly allow: readonly string[] };

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | null;
  readonly operations: Map<string, RestOperation>;
}

const newNode = (): Node => ({ literals: new Map(), parameter: null, operations: new Map() });

/** A tree by path segment: finding a route costs the length of its path, not the number of routes. A literal wins over a parameter. */
export class RouteTable {
  readonly #root = newNode();

  constructor(operations: readonly RestOperation[]) {
    for (const operation of operations) {
      let node = this.#root;
      for (const segment of operation.segments) node = childFor(node, segment);
      node.operations.set(operation.route.method, operation);
    }
  }

  /** @param segments decoded, so that `%6Cogs` is `logs` and an encoded slash stays inside its segment */
  find(method: string, segments: readonly string[]): RouteMatch | null {
    const node = descend(this.#root, segments, 0);
    if (node === null) return null;
    const operation = node.operations.get(method === "HEAD" ? "GET" : method);
    if (operation === undefined) return { allow: allowedMethods(node) };
    const parameters = operation.segments.flatMap((segment, index) => ("parameter" in segment ? [[segment.parameter, segments[index] ?? ""] as const] : []));
    return { operation, parameters: new Map(parameters) };
  }
}

function childFor(node: Node, segment: RestOperation["segments"][number]): Node {
  if ("parameter" in segment) return (node.parameter ??= newNode());
  const known = node.literals.get(segment.literal);
  if (known) return known;
  const made = newNode();
  node.literals.set(segment.literal, made);
  return made;
}

function descend(node: Node, segments: readonly string[], index: number): Node | null {
  const segment = segments[index];
  if (segment === undefined) return node.operations.size > 0 ? node : null;
  const literal = node.literals.get(segment);
  const byLiteral = literal === undefined ? null : descend(literal, segments, index + 1);
  if (byLiteral !== null) return byLiteral;
  return node.parameter === null || segment === "" ? null : descend(node.parameter, segments, index + 1);
}

function allowedMethods({ operations }: Node): readonly string[] {
  const methods = [...operations.keys()].sort();
  return operations.has("GET") ? ["HEAD", ...methods, "OPTIONS"] : [...methods, "OPTIONS"];
}
