import { expectAccessible } from "./fixtures.ts";
import { expect, importArchive, makeArchive, tab, test } from "./projects.ts";

test.use({ installation: "ide" });

test("without a model the chat says so, works as a command line, and sends nothing anywhere", async ({ visit, owner }) => {
  const { page, complaints } = await visit({ storageState: owner });
  const archive = makeArchive({ packages: ["ms"], name: "ms" });
  await importArchive(page, archive.path);
  archive.dispose();

  await page.getByRole("button", { name: "Search by meaning" }).click();
  await page.getByRole("button", { name: "Index this project" }).filter({ hasText: "Index this project" }).click();
  await expect(page.getByText(/parts of \d+ files/)).toBeVisible({ timeout: 60_000 });

  await page.getByRole("button", { name: "Chat", exact: true }).click();
  const chat = page.getByRole("region", { name: "Chat" });
  const last = chat.getByRole("article", { name: "Answer" }).last();
  const say = async (text: string) => {
    await chat.getByRole("textbox", { name: "Message" }).fill(text);
    // Nothing is sent while an answer is being written, also when all of its text is there.
    await expect(chat.getByRole("button", { name: "Send", exact: true })).toBeEnabled();
    await page.keyboard.press("Enter");
  };
  await expect(chat.getByRole("heading", { name: "No model is set up" })).toBeVisible();
  await expectAccessible(page, "the chat without a model");
  await chat.getByRole("button", { name: /\/explain/ }).click();
  await expect(chat.getByRole("textbox", { name: "Message" })).toHaveValue("/explain ");

  // Commands and names are completed, by keyboard; what was sent comes back.
  const message = chat.getByRole("textbox", { name: "Message" });
  const offers = chat.getByRole("listbox", { name: "Completions" });
  await message.fill("/ex");
  await expect(offers.getByRole("option")).toHaveCount(1);
  await expectAccessible(page, "the completions");
  await page.keyboard.press("Tab");
  await expect(message).toHaveValue("/explain ");
  await page.keyboard.type("pars");
  await expect(offers.getByRole("option", { name: /^parse/ })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(message).toHaveValue("/explain parse");
  await page.keyboard.press("Enter");
  await expect(last).toContainText("parse is a function in index.js:");
  await expect(last).toContainText("function parse(str)");
  await expect(last).toContainText("Parse the given `str` and return milliseconds.");
  await expect(message).toHaveValue("");
  await page.keyboard.press("ArrowUp");
  await expect(message).toHaveValue("/explain parse");
  await page.keyboard.press("ArrowDown");
  await expect(message).toHaveValue("");
  await say("/explain pars");
  await expect(last).toContainText("Is it /explain parse");
  await say("/expain parse");
  await expect(last).toContainText("Did you mean /explain SYMBOL?");
  await say("/explain parse");
  await expect(last).toContainText("function parse(str)");
  await last.getByRole("button", { name: /^index\.js:\d+$/ }).first().click();
  await expect(tab(page, /index\.js/)).toBeVisible();

  await say("/search var m =");
  await expect(last.getByRole("button", { name: "index.js:6" })).toBeVisible();
  await say("how long is a week");
  await expect(last).toContainText("No model is set up. By its meaning");
  await expect(last.getByRole("button", { name: /^index\.js:\d+$/ }).first()).toBeVisible();
  await say("/help");
  await expect(last).toContainText("/generate SENTENCE");
  await expectAccessible(page, "answers without a model");

  await page.goto("/settings?tab=models");
  await expect(page.getByRole("heading", { name: "No model is set up" })).toBeVisible();
  await expect(page.getByText("Nothing was sent.")).toBeVisible();
  await expectAccessible(page, "the models where there is none");
  expect(complaints).toEqual([]);
});
