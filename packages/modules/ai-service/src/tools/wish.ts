/** Words by which a person asks for something to be run. Other languages than English say the script's name. */
const RUN_WORDS = /\b(run|runs|rerun|test|tests|execute|start|build|compile|lint|check|verify|install|format|bench(?:mark)?)\b/i;
const GENERATE_WORDS = /\b(generate|add|create|make|write|scaffold|implement)\b/i;

/** Whether the person, and not a file that was read, asks for this script. */
export function asksToRun(wish: string, script: string): boolean {
  return RUN_WORDS.test(wish) || wish.toLowerCase().includes(script.toLowerCase());
}

export function asksToGenerate(wish: string): boolean {
  return GENERATE_WORDS.test(wish);
}
