import type { SentenceReading } from "@coder/api/code-generation";
import type { Snapshot } from "../engine/snapshot.ts";
import { Sources } from "../engine/Sources.ts";
import { analyse } from "../target/analyse.ts";
import { typesOf } from "../target/types.ts";
import { fieldsOfEntity } from "../endpoint/entity-fields.ts";
import { readEndpoint } from "./read-endpoint.ts";
import { readTestData } from "./read-test-data.ts";
import type { ProjectWords } from "./project-words.ts";
import { generatorOf } from "./which-generator.ts";

/** Fills a form from a sentence, by rules. What the project says more of (its types, its prefix) is taken as assumed; what nobody says is asked for. */
export function readSentence(sentence: string, snapshot: Snapshot): SentenceReading {
  return readWith(sentence, wordsOfProject(snapshot));
}

/** The same for a project of which this much is known. */
export function readWith(sentence: string, words: ProjectWords): SentenceReading {
  const generator = generatorOf(sentence);
  if (generator === "http-endpoint") return readEndpoint(sentence, words);
  if (generator === "test-data") return readTestData(sentence, words);
  return {
    generator: null, endpoint: null, testData: null, understood: [], assumed: [], input: null,
    missing: [{ field: "generator", question: "Is an endpoint or test data to be generated?", options: ["http-endpoint", "test-data"] }],
  };
}

function wordsOfProject(snapshot: Snapshot): ProjectWords {
  const sources = new Sources(snapshot);
  const model = analyse(sources);
  const routes = model.framework?.map.routes.map(({ path }) => path) ?? [];
  const isApi = (path: string) => /^\/api(?:\/|$)/.test(path);
  const isNext = model.framework?.kind === "next-app" || model.framework?.kind === "next-pages";
  return {
    types: typesOf(sources),
    prefix: isNext && (routes.some(isApi) || routes.every((path) => path === "/")) ? { value: "/api", reason: "Next.js has its endpoints below /api" } : commonPrefix(routes),
    fields: (entity) => {
      const found = fieldsOfEntity(sources, entity);
      return found && { fields: found.fields.filter(({ name }) => name !== "id"), from: `${found.place.name} in ${found.place.path}` };
    },
    idIsNumber: (entity) => {
      const found = fieldsOfEntity(sources, entity)?.fields.find(({ name }) => name === "id");
      return found ? found.type === "integer" || found.type === "number" : null;
    },
  };
}

/** `/api/v1` where all but a health check of the routes lie below it. */
function commonPrefix(routes: readonly string[]): ProjectWords["prefix"] {
  const own = routes.filter((path) => !/^\/(?:health\w*|status|ping|ready|live|metrics|favicon.*)?$/.test(path));
  const first = own[0]?.split("/").filter(Boolean) ?? [];
  const prefix: string[] = [];
  for (const segment of first) {
    if (!/^(?:api|rest|v\d+|internal)$/.test(segment) || !own.every((path) => path.split("/").filter(Boolean)[prefix.length] === segment)) break;
    prefix.push(segment);
  }
  return prefix.length === 0 ? null : { value: `/${prefix.join("/")}`, reason: `All other routes lie below /${prefix.join("/")}` };
}

