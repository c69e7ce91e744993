import { z } from "zod";
import type { OpenApiDocument } from "./rest/openapi-document.ts";
import { schemaHtml } from "./docs-schema.ts";
import { Html, html, joined } from "./html.ts";

// Only what the page shows. Our own document is the input; reading it through a schema keeps casts out.
const MediaSchema = z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })).optional() });
const ParameterSchema = MediaSchema.extend({ name: z.string(), in: z.string(), required: z.boolean().optional(), schema: z.unknown().optional() });
const ResponseSchema = MediaSchema.extend({ description: z.string().optional(), $ref: z.string().optional() });
const OperationSchema = z.object({
  operationId: z.string(),
  summary: z.string().optional(),
  tags: z.array(z.string()).optional(),
  "x-permission": z.string().optional(),
  "x-rate-limit": z.string().optional(),
  parameters: z.array(ParameterSchema).optional(),
  servers: z.array(z.object({ url: z.string() })).optional(),
  requestBody: MediaSchema.optional(),
  responses: z.record(z.string(), ResponseSchema),
});
type Operation = z.infer<typeof OperationSchema> & { readonly method: string; readonly path: string };

const UNTAGGED = "other";

/**
 * The OpenAPI document as one page to read: grouped by tag, with a search, no request to anywhere. Rendered here; the few
 * lines of script only hide what does not match.
 */
export function docsPage(document: OpenApiDocument, nonce: string): string {
  const operations = operationsOf(document);
  const tags = [...new Set(operations.map(tagOf))].sort();
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.info.title} API ${document.info.version}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<header>
<h1>${document.info.title} <small>API ${document.info.version}</small></h1>
<p>${document.info.description ?? ""} Every path is below <code>/api/v1</code>. The same as a document for programs: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
<p>Send <code>Authorization: Bearer TOKEN</code> with a session's token. Errors are <code>{ error: { kind, code, message, remedy, details }, traceId }</code>.</p>
</header>
<search><input id="search" type="search" placeholder="Search path, name, permission" aria-label="Search operations" autofocus>
<p id="count" role="status">${String(operations.length)} operations</p></search>
<main>
${joined(tags.map((tag) => tagSection(tag, operations.filter((operation) => tagOf(operation) === tag), document)))}
</main>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>
`;
  return page.text;
}

function operationsOf(document: OpenApiDocument): readonly Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]: [string, unknown]) => ({ ...OperationSchema.parse(operation), method: method.toUpperCase(), path })),
  );
}

function tagOf(operation: Operation): string {
  return operation.tags?.[0] ?? UNTAGGED;
}

function tagSection(tag: string, operations: readonly Operation[], document: OpenApiDocument): Html {
  return html`<section>
<h2>${tag}</h2>
${joined(operations.map((operation) => operationHtml(operation, document)))}
</section>
`;
}

function operationHtml(operation: Operation, document: OpenApiDocument): Html {
  const { method, path, operationId, summary, parameters = [], requestBody, responses } = operation;
  const permission = operation["x-permission"];
  const words = [method, path, operationId, summary, permission].filter((word) => word !== undefined).join(" ").toLowerCase();
  const body: unknown = requestBody === undefined ? undefined : schemaOf(requestBody);
  return html`<details class="operation" data-words="${words}" id="${operationId}">
<summary><b class="${method.toLowerCase()}">${method}</b> <code>${operation.servers?.[0]?.url ?? ""}${path}</code> <span>${summary ?? ""}</span></summary>
<p>${permission === undefined ? "Open to everybody." : html`Needs <code>${permission}</code>.`} Procedure <code>${operationId}</code>.${operation["x-rate-limit"] === undefined ? "" : ` At most ${operation["x-rate-limit"]}.`}</p>
${parameters.length === 0 ? "" : html`<h3>Parameters</h3><ul class="schema">${joined(parameters.map((parameter) => html`<li><code>${parameter.name}</code> <i>${parameter.in}${parameter.required ? ", required" : ""}:</i> ${schemaHtml(parameter.schema ?? schemaOf(parameter), document)}</li>`))}</ul>`}
${body === undefined ? "" : html`<h3>Body</h3>${schemaHtml(body, document)}`}
<h3>Answers</h3>
<dl>${joined(Object.entries(responses).map(([status, response]) => responseHtml(status, response, document)))}</dl>
</details>
`;
}

function schemaOf({ content = {} }: z.infer<typeof MediaSchema>): unknown {
  return Object.values(content)[0]?.schema;
}

function responseHtml(status: string, response: z.infer<typeof ResponseSchema>, document: OpenApiDocument): Html {
  const shared: unknown = response.$ref === undefined ? undefined : document.components?.responses?.[response.$ref.split("/").at(-1) ?? ""];
  const { description } = shared === undefined ? response : ResponseSchema.parse(shared);
  const schema = shared === undefined ? schemaOf(response) : undefined;
  return html`<dt>${status}</dt><dd>${description ?? ""}${schema === undefined ? "" : schemaHtml(schema, document)}</dd>`;
}

const STYLE: Html = new Html(`
:root { color-scheme: light dark; --line: light-dark(#d8dbe0, #353a42); --dim: light-dark(#5b6370, #9aa3b0); --soft: light-dark(#f4f5f7, #1d2025); }
* { box-sizing: border-box; }
body { font: 14px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 2rem 1.5rem 6rem; background: light-dark(#fff, #14161a); }
h1 { font-size: 1.5rem; } h1 small { color: var(--dim); font-weight: 400; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h3 { font-size: .85rem; margin: 1rem 0 .25rem; color: var(--dim); }
code { font-family: ui-monospace, monospace; font-size: .92em; } i { color: var(--dim); }
search { display: block; position: sticky; top: 0; background: inherit; padding: .5rem 0; border-bottom: 1px solid var(--line); }
#search { width: 100%; font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: 6px; background: var(--soft); color: inherit; }
#count { color: var(--dim); margin: .25rem 0 0; }
.operation { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: 0 .75rem; }
.operation > summary { cursor: pointer; padding: .5rem 0; } .operation > summary span { color: var(--dim); }
.operation b { display: inline-block; min-width: 4.2em; font-size: .8em; } .get { color: light-dark(#0b6bcb, #6cb6ff); } .post { color: light-dark(#1a7f37, #56d364); } .put, .patch { color: light-dark(#9a6700, #e3b341); } .delete { color: light-dark(#cf222e, #ff7b72); }
ul.schema { list-style: none; margin: 0; padding-left: .75rem; border-left: 2px solid var(--line); } ul.schema ul.schema { margin-left: .25rem; }
dl { display: grid; grid-template-columns: 3.5rem 1fr; gap: .15rem .5rem; margin: 0 0 1rem; } dt { color: var(--dim); } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
[hidden] { display: none; }
`);

const SCRIPT: Html = new Html(`
const search = document.getElementById("search"), count = document.getElementById("count");
const operations = [...document.querySelectorAll(".operation")];
function filter() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const each of operations) { each.hidden = !words.every((word) => each.dataset.words.includes(word)); if (!each.hidden) shown += 1; }
  for (const section of document.querySelectorAll("section")) section.hidden = !section.querySelector(".operation:not([hidden])");
  count.textContent = shown + " of " + operations.length + " operations";
}
search.addEventListener("input", filter);
const linked = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
if (linked) { linked.open = true; linked.scrollIntoView(); }
`);
