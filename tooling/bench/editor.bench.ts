import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { z } from "zod";
import { CHROMIUM } from "../test/browser.ts";
import { compareValues } from "./compare.ts";
import { startProduct } from "./product.ts";
import { skippedFinding, valueFinding, type Benchmark, type Finding } from "./report.ts";
import { median } from "./statistics.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const MONACO = path.join(ROOT, "node_modules/monaco-editor/min");
const WHAT = "Page with an editor against one with bare Monaco";
const FILE = "util.ts";
const TEXT = readFileSync(path.join(ROOT, "node_modules/zod/src/v4/core/util.ts"), "utf8");
const VIEW = { width: 1440, height: 900 };

const LOAD_GOAL = 1.5;
const LOAD_ROUNDS = 11;
/** A round has three browsers that know nothing: a few of them say too little. */
const LOAD_MS = 90_000;
/** One frame of a display with 60 Hz. */
const KEY_GOAL_MS = 16.7;
const KEY_ROUNDS = 15;
const KEYS = 20;
const READY_MS = 60_000;
/** Rounds that are left when this is over are left out: the report says how many there were. */
const MOST_MS = 150_000;

/** What a person waits for: the open project with a file in it, and the letter after a key. */
export const editorBenchmark: Benchmark = {
  name: "Editor in the browser",
  run: async () => {
    if (CHROMIUM === null) return [skippedFinding(WHAT, "no Chromium is installed; CHROMIUM names one")];
    const data = mkdtempSync(path.join(tmpdir(), "coder-editor-"));
    const product = await startProduct(ROOT, data);
    const bare = await serveBareMonaco();
    const browser = await chromium.launch({ executablePath: CHROMIUM });
    try {
      const project = await openProject(browser, product.url);
      return await measure(browser, project, { url: bare.url, state: undefined });
    } finally {
      await browser.close();
      await Promise.all([product.stop(), bare.stop()]);
      rmSync(data, { recursive: true, force: true });
    }
  },
};

interface Place {
  readonly url: string;
  /** Who is signed in. */
  readonly state: Awaited<ReturnType<BrowserContext["storageState"]>> | undefined;
}

async function measure(browser: Browser, product: Place, bare: Place): Promise<readonly Finding[]> {
  const begun = performance.now();
  const productLoads: number[] = [];
  const bareLoads: number[] = [];
  const load = (place: Place, loads: number[]) => async () => {
    const { page, milliseconds } = await openCold(browser, place);
    await page.context().close();
    loads.push(milliseconds);
    return milliseconds;
  };
  const cold = await compareValues(load(product, productLoads), load(bare, bareLoads), { rounds: LOAD_ROUNDS, mostMs: LOAD_MS });
  if (performance.now() - begun > MOST_MS) throw new Error("The pages take too long to load to measure keys after them");

  const [inProduct, inBare] = [await openCold(browser, product), await openCold(browser, bare)];
  const productKeys: number[] = [];
  const bareKeys: number[] = [];
  const type = (page: Page, keys: number[]) => async () => {
    const milliseconds = await typeKeys(page);
    keys.push(milliseconds);
    return milliseconds;
  };
  const keys = await compareValues(type(inProduct.page, productKeys), type(inBare.page, bareKeys), { rounds: KEY_ROUNDS });
  return [
    valueFinding(`Cold load until a letter can be typed (nothing cached, ${cold.rounds} rounds)`, cold.ratio, LOAD_GOAL, { remark: `medians ${ms(productLoads)} and ${ms(bareLoads)}` }),
    valueFinding(`Key to second frame, more than bare (${keys.rounds} rounds of ${KEYS} keys)`, keys.difference, KEY_GOAL_MS, { unit: "ms", remark: `medians ${ms(productKeys)} and ${ms(bareKeys)}` }),
  ];
}

function ms(values: readonly number[]): string {
  return `${median(values).toFixed(1)} ms`;
}

/** Notes when the text and the place to type stand there, and how long after each key the second frame comes. Runs before anything of the page does. */
const OBSERVER = `(() => {
  const state = { ready: 0, keys: [] };
  globalThis.editorBench = state;
  const look = () => {
    const line = document.querySelector(".monaco-editor .view-line");
    const input = document.querySelector(".monaco-editor textarea.inputarea, .monaco-editor .native-edit-context");
    if (line && line.textContent.length > 0 && input) state.ready = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  addEventListener("keydown", (event) => requestAnimationFrame(() => requestAnimationFrame(() => state.keys.push(performance.now() - event.timeStamp))), true);
})();`;

/** A page in a browser that knows nothing yet. Milliseconds from the beginning of the navigation; that a letter can be typed is tried. */
async function openCold(browser: Browser, { url, state }: Place): Promise<{ readonly page: Page; readonly milliseconds: number }> {
  const context = await browser.newContext({ viewport: VIEW, ...(state === undefined ? {} : { storageState: state }) });
  const page = await context.newPage();
  await page.addInitScript({ content: OBSERVER });
  await page.goto(url, { waitUntil: "commit" });
  await until(page, "editorBench.ready > 0");
  const milliseconds = z.number().parse(await page.evaluate("editorBench.ready"));
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("typed");
  await page.locator(".monaco-editor .view-line", { hasText: "typed" }).first().waitFor();
  return { page, milliseconds };
}

/** Not by `waitForFunction`, which makes code of a text within the page: its policy forbids that. */
async function until(page: Page, condition: string): Promise<void> {
  const met = await page.evaluate(`new Promise((resolve) => {
    const look = () => ((${condition}) || performance.now() > ${READY_MS} + began ? resolve(Boolean(${condition})) : setTimeout(look, 5));
    const began = performance.now();
    look();
  })`);
  if (met !== true) throw new Error(`Not within ${READY_MS / 1_000} s: ${condition}`);
}

/** The median latency of some letters, one after the other. */
async function typeKeys(page: Page): Promise<number> {
  await page.evaluate("editorBench.keys = []");
  for (let key = 1; key <= KEYS; key++) {
    await page.keyboard.press("x");
    await until(page, `editorBench.keys.length >= ${key}`);
  }
  return median(z.array(z.number()).length(KEYS).parse(await page.evaluate("editorBench.keys")));
}

/** A person and a project with one file, open at that file. */
async function openProject(browser: Browser, origin: string): Promise<Place> {
  const context = await browser.newContext({ baseURL: origin, extraHTTPHeaders: { origin } });
  const { request } = context;
  const signedUp = await request.post("/api/v1/auth/sign-up", { data: { name: "Bench", email: "bench@example.com", password: "correct horse battery 9", delivery: "cookie" } });
  const made = await request.post("/api/v1/workspaces", { data: { name: "bench" } });
  if (!signedUp.ok() || !made.ok()) throw new Error(`The project could not be made: ${await signedUp.text()} ${await made.text()}`);
  const { id } = z.object({ id: z.string() }).parse(await made.json());
  const written = await request.put(`/api/v1/workspaces/${id}/file`, { params: { path: FILE, base: "none" }, data: Buffer.from(TEXT), headers: { "content-type": "application/octet-stream" } });
  if (!written.ok()) throw new Error(`The file could not be written: ${await written.text()}`);
  const state = await context.storageState();
  await context.close();
  return { url: `${origin}/projects/${id}?file=${FILE}`, state };
}

const TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf" };

/** Monaco as it is published, minified, with the same text and nothing around it. */
async function serveBareMonaco() {
  const page = `<!doctype html><html lang="en"><title>Monaco</title><style>html,body,#editor{height:100%;margin:0}</style><div id="editor"></div>
<script src="/vs/loader.js"></script>
<script>require.config({paths:{vs:"/vs"}});require(["vs/editor/editor.main"],()=>monaco.editor.create(document.getElementById("editor"),{value:${JSON.stringify(TEXT).replaceAll("<", "\\u003c")},language:"typescript",automaticLayout:true,theme:"vs-dark"}).focus());</script></html>`;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const file = path.join(MONACO, path.normalize(pathname));
    if (pathname === "/") response.setHeader("content-type", "text/html; charset=utf-8").end(page);
    else if (existsSync(file)) response.setHeader("content-type", TYPES[path.extname(file)] ?? "application/octet-stream").end(readFileSync(file));
    else response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`, stop };
}
