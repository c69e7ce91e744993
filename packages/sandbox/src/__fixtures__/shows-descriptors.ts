// Prints how many descriptors of a run lead anywhere, besides the standard streams.
import { openRig } from "./rig.ts";

const rig = await openRig();
const { stdout } = await rig.sh("ls -l /proc/self/fd | grep -vE ' [012] ->|/dev/null$|/proc/|^total' | wc -l");
await rig.close();
process.stdout.write(stdout);
