// Starts runs that sleep for as long as the argument says, says so when it begins with that, and waits for them.
import { openRig } from "./rig.ts";

const [seconds = "1", count = "1"] = process.argv.slice(2);
const rig = await openRig();
await rig.sandbox.run({ command: "true" });
process.stdout.write("starting\n");
await Promise.all(Array.from({ length: Number(count) }, () => rig.sandbox.run({ command: "sleep", args: [seconds] })));
