import { execFileSync } from "node:child_process";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures.ts";
import { asProgram } from "./jobs.ts";
import { expect, importArchive, makeArchive, OWNER, tab } from "./projects.ts";
import { test } from "./served.ts";

/** Files below the folder that hold the text, whatever kind they are. */
function filesWith(folder: string, text: string): string[] {
  try {
    return execFileSync("grep", ["--recursive", "--files-with-matches", "--binary-files=text", "--fixed-strings", "--devices=skip", "--", text, folder], { encoding: "utf8" }).trim().split("\n");
  } catch (error) {
    // One: nothing was found. Two: files went away meanwhile.
    if (error instanceof Error && "status" in error && (error.status === 1 || error.status === 2) && "stdout" in error) return String(error.stdout).split("\n").filter((path) => path !== "");
    throw error;
  }
}

test("somebody asks a model about other people's code, and gets answers, places and a change to review", async ({ visit, owner, product, model }) => {
  const { page, complaints } = await visit({ storageState: owner });
  const archive = makeArchive({ packages: ["ms"], name: "ms" });
  await importArchive(page, archive.path);
  archive.dispose();

  await page.keyboard.press("Control+Alt+b");
  const chat = page.getByRole("region", { name: "Chat" });
  const input = chat.getByRole("textbox", { name: "Message" });
  const last = chat.getByRole("article", { name: "Answer" }).last();
  const say = async (text: string) => {
    await input.fill(text);
    // Nothing is sent while an answer is being written, also when all of its text is there.
    await expect(chat.getByRole("button", { name: "Send", exact: true })).toBeEnabled();
    await page.keyboard.press("Enter");
  };
  await expect(chat.getByRole("heading", { name: "Ask about this project" })).toBeVisible();
  await expect(input).toBeFocused();
  await expectAccessible(page, "the chat before anything is asked");

  // It looks, and cites what it found.
  await say("Where is a text read as a time?");
  await expect(last.getByText("A text is read as a time by")).toBeVisible();
  await expect(chat.getByRole("button", { name: /Search: function parse/ })).toBeVisible();
  await expect(last.getByText(/\$0\.\d+/)).toBeVisible();
  await expect(last.locator("img")).toHaveCount(0);
  const sent = JSON.stringify(model.mock.getRequests().map(({ body }) => body));
  expect(sent).toContain("function parse(str)");
  await chat.getByRole("button", { name: "index.js:48" }).click();
  await expect(tab(page, /index\.js/)).toBeVisible();
  await expect(page.locator(".monaco-editor .view-lines").first()).toContainText("parse");
  await expectAccessible(page, "an answer");
  await expectNoSidewaysScroll(page);

  // It proposes, and nothing is changed before it is reviewed.
  await say("Add a comment to what a second is");
  await last.getByRole("button", { name: "Review the changes" }).click();
  await expect(tab(page, /Say what a second is/)).toBeVisible();

  // Edited, and answered again: both stand beside each other.
  await chat.getByRole("article", { name: "You" }).last().getByRole("button", { name: "Edit and send again" }).click();
  await chat.getByRole("textbox", { name: "Edit the message" }).fill("Just say something");
  await page.keyboard.press("Enter");
  await expect(last).toContainText("I am a mock.");
  await expect(chat.getByText("2 of 2")).toBeVisible();
  await last.getByRole("button", { name: "Retry" }).click();
  await expect(chat.getByText("2 of 2")).toHaveCount(2);
  await expect(last).toContainText("I am a mock.");
  await chat.getByRole("button", { name: "The version before" }).first().click();
  await expect(chat.getByText("Add a comment to what a second is")).toBeVisible();

  // Stopped in the middle: what came is kept.
  await say("Tell it slowly");
  await expect(last).toContainText("word3");
  await chat.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(last).toContainText("Stopped");
  await expect(chat.getByRole("textbox", { name: "Message" })).toBeFocused();
  await expect(last).not.toContainText("word399");

  // The server dies in the middle: what came is kept, and is marked.
  if (product.killGateway) {
    await last.getByRole("button", { name: "Retry" }).click();
    // The one that was stopped says so, too.
    await expect(last).toHaveAttribute("data-state", "running");
    await expect(last).toContainText("word3");
    await page.waitForTimeout(1_000);
    await product.killGateway();
    await product.ready();
    await page.reload();
    await expect(chat).toBeVisible();
    await expect(last).toContainText("word3");
    await expect(last).toContainText("Incomplete", { timeout: 40_000 });
    await last.getByRole("button", { name: "Retry" }).click();
    await expect(last).toHaveAttribute("data-state", "running");
    await expect(last).toContainText("word3");
    await chat.getByRole("button", { name: "Stop", exact: true }).click();
  }

  // Several conversations, found again by their words.
  await chat.getByRole("button", { name: "Begin a conversation" }).click();
  await say("Something else entirely");
  await expect(last).toContainText("I am a mock.");
  await chat.getByRole("button", { name: "Show conversations" }).click();
  await chat.getByRole("searchbox", { name: "Search conversations" }).fill("text read");
  await expect(chat.getByRole("list", { name: "Conversations" }).getByRole("button")).toHaveCount(1);
  await expectAccessible(page, "the list of conversations");
  await chat.getByRole("button", { name: /Where is a text read/ }).click();
  await expect(chat.getByRole("heading", { name: /Where is a text read/ })).toBeVisible();

  // Commands need no model.
  await chat.getByRole("button", { name: "Begin a conversation" }).click();
  const asked = model.mock.getRequests().length;
  await say("/find index");
  await expect(last.getByRole("button", { name: "index.js:1", exact: true })).toBeVisible();
  await expect(last).toContainText("Built in");
  expect(model.mock.getRequests()).toHaveLength(asked);

  // What it cost and what was sent.
  await page.goto("/settings?tab=models");
  await expect(page.getByRole("heading", { name: /Budget of/ })).toBeVisible();
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.getByRole("row", { name: /Answers/ })).toContainText("Works");
  await expect(page.getByRole("table", { name: /Requests to endpoints/ }).getByRole("row").nth(1)).toContainText("127.0.0.1");
  await expectAccessible(page, "the models");
  await expectNoSidewaysScroll(page);
  expect(complaints).toEqual([]);
});

test("whatever a model's server does wrong is told with what to do, and Retry makes it whole", async ({ visit, owner, product, model }) => {
  const { page, complaints } = await visit({ storageState: owner });
  const archive = makeArchive({ packages: ["ms"], name: "faults" });
  await importArchive(page, archive.path);
  archive.dispose();
  await page.keyboard.press("Control+Alt+b");
  const chat = page.getByRole("region", { name: "Chat" });
  const last = chat.getByRole("article", { name: "Answer" }).last();
  const say = async (text: string) => {
    await chat.getByRole("textbox", { name: "Message" }).fill(text);
    // Nothing is sent while an answer is being written, also when all of its text is there.
    await expect(chat.getByRole("button", { name: "Send", exact: true })).toBeEnabled();
    await page.keyboard.press("Enter");
    // What is last from now on is the answer to this.
    await expect(chat.getByRole("article", { name: "You" }).last()).toContainText(text);
  };

  for (const [status, message, remedy] of [
    [401, "refuses the key (401)", "ai-service.apiKeys"], [404, "neither this address nor the model mock-model (404)", "most end in /v1"], [400, "does not take the request (400)", "models page"],
  ] as const) {
    model.mock.nextRequestError(status, { message: "No" });
    await say(`Say something after ${status}`);
    await expect(last).toContainText(message);
    await expect(last).toContainText(remedy);
    await last.getByRole("button", { name: "Retry" }).click();
    await expect(last).toContainText("I am a mock.");
  }
  await expectAccessible(page, "answers that failed and were made again");

  // Cut off in the middle: marked, and made whole.
  await say("Cut this short");
  await expect(last).toContainText("The answer was cut off in the middle.");
  await expect(last).toContainText("Incomplete");
  await last.getByRole("button", { name: "Retry" }).click();
  await expect(last).toContainText("All of it is here.");
  await expect(last).not.toContainText("Incomplete");

  await test.step("silent, too busy, out of order: what is typed meanwhile stays, and Retry makes each whole", async () => {
    const input = chat.getByRole("textbox", { name: "Message" });
    const api = await asProgram(product.url, OWNER);
    const key = "ai-service.timeouts.firstByteSeconds";
    const { setting } = await api.configurationService.setSetting.mutate({ key, value: 1, version: null });
    await say("Be silent");
    await input.fill("typed while nobody answers");
    await expect(last).toContainText("The endpoint did not begin to answer within 1 s.", { timeout: 40_000 });
    await expect(last).toContainText("give it longer");
    await expect(input).toHaveValue("typed while nobody answers");
    await api.configurationService.resetSetting.mutate({ key, version: setting?.version ?? "" });
    await last.getByRole("button", { name: "Retry" }).click();
    await expect(last).toContainText("I am a mock.");

    await say("Be busy");
    await expect(last).toContainText("The endpoint takes no more requests for now (429).");
    await expect(last).toContainText("Try again in");
    await last.getByRole("button", { name: "Retry" }).click();
    await expect(last).toContainText("I am a mock.");

    // Asked again by itself: once for each second that it wants, three times for what may pass.
    await say("Break down");
    await expect(last).toContainText("The endpoint failed (500).", { timeout: 40_000 });
    await expect(last).toContainText("Try again later");
    await last.getByRole("button", { name: "Retry" }).click();
    await expect(last).toContainText("I am a mock.");
    await say("Be back in a second");
    await expect(last).toContainText("I am a mock.", { timeout: 40_000 });
    await expect(last).toHaveAttribute("data-state", "complete");
    await expect(last.getByText(/\$0\.\d+/), "it is paid for once").toHaveCount(1);
  });

  await test.step("a message that does not reach the server stands in its field again, before what was typed since", async () => {
    const input = chat.getByRole("textbox", { name: "Message" });
    const held = Promise.withResolvers<void>();
    await page.route(/aiService\.sendMessage/, async (route) => {
      await held.promise;
      await route.abort();
    });
    await input.fill("Is anybody there?");
    await page.keyboard.press("Enter");
    await expect(input).toHaveValue("");
    await input.fill("And something else");
    held.resolve();
    await expect(page.getByText("The message was not sent")).toBeVisible();
    await expect(input).toHaveValue("Is anybody there?\nAnd something else");
    // Neither the list of conversations nor a reload takes it away.
    await chat.getByRole("button", { name: "Show conversations" }).click();
    await chat.getByRole("button", { name: "Show conversations" }).click();
    await expect(input).toHaveValue("Is anybody there?\nAnd something else");
    await page.unroute(/aiService\.sendMessage/);
    const noted = page.waitForResponse((response) => response.url().includes("putLayout") && (response.request().postData() ?? "").includes("And something else."));
    await input.press("Control+End");
    await page.keyboard.type(".");
    await noted;
    await page.reload();
    await expect(input).toHaveValue("Is anybody there?\nAnd something else.");
    await input.fill("");
  });

  await test.step("with the budget used up nothing is asked, and what was spent is told to the last token", async () => {
    const api = await asProgram(product.url, OWNER);
    const key = "ai-service.budget.monthlyUsd";
    const { budget } = await api.aiService.getModels.query({});
    const asked = model.mock.getRequests().length;
    const { setting } = await api.configurationService.setSetting.mutate({ key, value: 0, version: null });
    await expect.poll(async () => (await api.aiService.getModels.query({})).budget.limitMicroUsd).toBe(0);
    await page.reload();
    await expect(chat.getByText("budget used up")).toBeVisible();
    await say("Say something that costs");
    await expect(last).toContainText("The budget for models is used up");
    await expect(last).toContainText("have ai-service.budget.monthlyUsd raised");
    expect(model.mock.getRequests(), "nobody was asked").toHaveLength(asked);
    await expectAccessible(page, "a budget that is used up");
    const { budget: after } = await api.aiService.getModels.query({});
    // What the call of a process that was killed had reserved stays so, until it counts as spent.
    const taken = ({ spentMicroUsd, reservedMicroUsd }: typeof budget) => spentMicroUsd + reservedMicroUsd;
    expect([taken(after), after.inputTokens, after.outputTokens]).toEqual([taken(budget), budget.inputTokens, budget.outputTokens]);
    await api.configurationService.resetSetting.mutate({ key, version: setting?.version ?? "" });
    await last.getByRole("button", { name: "Retry" }).click();
    await expect(last).toContainText("I am a mock.");
    await expect(chat.getByText("budget used up")).toHaveCount(0);
    // All that anybody was billed for is what the provider counted of the answers that came.
    const unaccounted = async () => {
      const { budget: paid } = await api.aiService.getModels.query({});
      return taken(paid) - taken(budget) - (paid.inputTokens - budget.inputTokens) * 1 - (paid.outputTokens - budget.outputTokens) * 2;
    };
    await expect.poll(unaccounted).toBe(0);
  });

  // A model that was told to do harm by what it read: nothing of it is there afterwards.
  await say("What could go wrong here?");
  await expect(last).toContainText("It did not work.");
  await expect(chat.getByRole("button", { name: /Propose: Hooks/ }).getByText("failed")).toHaveCount(2);
  await expect(chat.getByRole("button", { name: "Review the changes" })).toHaveCount(0);

  // The key that was sent is nowhere in what the product keeps: database, logs, files.
  expect(model.mock.getRequests().length).toBeGreaterThan(0);
  if (product.data !== null) expect(filesWith(product.data, model.key)).toEqual([]);
  expect(complaints).toEqual([]);
});
