import { dieAtCall } from "../../../__fixtures__/die-at-call.ts";
import { goOn } from "./go-on.ts";

// A process that puts files in their places as the job does, and dies at the file system call it is told to: `node apply-process.ts <root> <call> [journal.json]`.
const [root = "", call = "0", planned] = process.argv.slice(2);
const calls = await dieAtCall(Number(call));
await goOn(root, planned ?? null);
process.stdout.write(String(calls()));
