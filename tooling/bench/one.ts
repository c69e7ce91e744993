// One benchmark in a process of its own, which goes with all it started when its time is up: `node one.ts NAME FILE` writes its findings into the file.
import { writeFileSync } from "node:fs";
import { BENCHMARKS } from "./benchmarks.ts";

const [name, file = ""] = process.argv.slice(2);
const benchmark = BENCHMARKS.find((each) => each.name === name);
if (!benchmark) throw new Error(`No benchmark is called ${name}`);
writeFileSync(file, JSON.stringify(await benchmark.run()));
// What it opened and left open is nobody's any more.
process.exit();
