import { ProjectCheckpoints } from "../ProjectCheckpoints.ts";

// Restores in a process of its own, which a test kills: node restore-program.ts PLACES TARGET ID
const [places = "{}", target = "", id = ""] = process.argv.slice(2);
const checkpoints = new ProjectCheckpoints(JSON.parse(places));
process.stdout.write("open\n");
checkpoints.begin(id, { target, after: null, chosen: [] }, null);
process.stdout.write("begun\n");
checkpoints.finish();
process.stdout.write("done\n");
