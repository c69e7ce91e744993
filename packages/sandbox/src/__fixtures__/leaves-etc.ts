// Makes what runs see at /etc, tells where it is, and is killed.
import { writeSync } from "node:fs";
import { EtcCopies } from "../drivers/EtcCopies.ts";

const { folder } = await new EtcCopies({ passwd: "coder\n" }).use();
writeSync(1, folder);
process.kill(process.pid, "SIGKILL");
