// Tells as JSON what this machine gives to whoever starts it.
import { openRig } from "./rig.ts";

const rig = await openRig();
process.stdout.write(JSON.stringify(await rig.sandbox.status()));
await rig.close();
