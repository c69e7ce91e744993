/** Where people come in. */
const ENTRANCES = ["/sign-in", "/sign-up", "/setup"];

function isBelow(path: string, parents: readonly string[]): boolean {
  return parents.some((parent) => path === parent || path.startsWith(`${parent}/`));
}

/** Whether a page stands in front of the sign-in. */
export function isDoor(path: string): boolean {
  return isBelow(path, [...ENTRANCES, "/invite"]);
}

/** Where to sign in so as to come back here. */
export function signInPath({ pathname, search }: { readonly pathname: string; readonly search: string }): string {
  const back = pathname + search;
  return back === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(back)}`;
}

/** Where to go after signing in. A path of this site only: an address in a link must not lead people elsewhere. */
export function nextPath(next: string | null): string {
  if (next === null || !/^\/(?![/\\])/.test(next) || isBelow(next.split(/[?#]/, 1)[0] ?? "", ENTRANCES)) return "/";
  return URL.canParse(next, "https://here.invalid") && new URL(next, "https://here.invalid").origin === "https://here.invalid" ? next : "/";
}
