// Starts a run that sleeps for as long as the argument says, and waits for it.
import { openRig } from "./rig.ts";

const rig = await openRig();
await rig.sandbox.run({ command: "sleep", args: [process.argv[2] ?? "1"] });
