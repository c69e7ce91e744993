import { registry } from "@coder/modules";
import { createTestInstallation } from "@coder/testing";
import pg from "pg";
import { z } from "zod";
import { countFinding, type Benchmark } from "./report.ts";

/** Reads of one row or one page, each of another module. */
const READS = ["/users/organization", "/logs?limit=10", "/configuration/settings?limit=10"];
const REPEATS = 9;
const FRAME = /^(begin|commit|notify|listen)\b/i;
const SESSIONS = /\bauth_sessions\b/;

/** What a simple read asks the database, with everything that a request goes through on the way: counted, because a count does not depend on the machine. */
export const statementsBenchmark: Benchmark = {
  name: "Statements of a request",
  run: async () => {
    const installation = await createTestInstallation();
    try {
      const host = await installation.host({ modules: registry, env: { CODER_AUTH__PASSWORDS__MEMORY_KI_B: "1024", CODER_AUTH__PASSWORDS__ITERATIONS: "1" } });
      const api = `${host.url}/api/v1`;
      const authorization = `Bearer ${await signUp(api)}`;
      const sent = listen();
      const findings = [];
      for (const path of READS) {
        const counts = [];
        for (let repeat = 0; repeat <= REPEATS; repeat += 1) {
          sent.texts.length = 0;
          const response = await fetch(`${api}${path}`, { headers: { authorization } });
          if (!response.ok) throw new Error(`${path} answered ${response.status}`);
          await response.text();
          const data = sent.texts.filter((text) => !FRAME.test(text));
          counts.push({ session: data.filter((text) => SESSIONS.test(text)).length, rest: data.filter((text) => !SESSIONS.test(text)).length });
        }
        // The first finds caches cold; now and then the product does something of its own meanwhile.
        const warm = counts.slice(1);
        findings.push(countFinding(`GET ${path}: of the session`, typical(warm.map(({ session }) => session)), 1, "statements"));
        findings.push(countFinding(`GET ${path}: of the data, permission included`, typical(warm.map(({ rest }) => rest)), 1, "statements"));
      }
      sent.stop();
      return findings;
    } finally {
      await installation.close();
    }
  },
};

async function signUp(api: string): Promise<string> {
  const body = JSON.stringify({ name: "Ann", email: "ann@example.com", password: "correct horse battery staple", delivery: "token" });
  const response = await fetch(`${api}/auth/sign-up`, { method: "POST", headers: { "content-type": "application/json" }, body });
  return z.object({ token: z.string() }).parse(await response.json()).token;
}

/** Everything that this process sends to PostgreSQL, by its text. */
function listen(): { readonly texts: string[]; stop(): void } {
  const texts: string[] = [];
  const { query } = pg.Client.prototype;
  const heard: typeof query = function heard(this: pg.Client, ...args: unknown[]) {
    const [statement] = args;
    texts.push(typeof statement === "string" ? statement : String(Reflect.get(Object(statement), "text")));
    return Reflect.apply(query, this, args);
  };
  pg.Client.prototype.query = heard;
  return { texts, stop: () => void (pg.Client.prototype.query = query) };
}

function typical(counts: readonly number[]): number {
  return counts.toSorted((left, right) => left - right)[Math.floor(counts.length / 2)] ?? Number.NaN;
}
