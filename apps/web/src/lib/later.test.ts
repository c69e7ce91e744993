import { createElement } from "react";
import { prerender } from "react-dom/static";
import { expect, it } from "vitest";
import { later } from "./later.ts";
import { tryAgain } from "./try-again.ts";

async function drawn(...[Part]: Parameters<typeof createElement>): Promise<string> {
  const { prelude } = await prerender(createElement(Part), { onError: () => undefined });
  return new Response(prelude).text();
}

it("asks for code that did not come when somebody tries again, and not each time it is drawn", async () => {
  let asked = 0;
  const Part = later(async () => {
    asked += 1;
    if (asked < 3) throw new Error("503");
    return () => "here";
  });
  await expect(drawn(Part)).rejects.toThrow("503");
  await expect(drawn(Part)).rejects.toThrow("503");
  expect(asked).toBe(1);
  tryAgain();
  expect(asked, "nothing is fetched that is not drawn").toBe(1);
  await expect(drawn(Part)).rejects.toThrow("503");
  expect(asked).toBe(2);
  tryAgain();
  expect(await drawn(Part)).toBe("here");
  tryAgain();
  expect(await drawn(Part)).toBe("here");
  expect(asked).toBe(3);
});
