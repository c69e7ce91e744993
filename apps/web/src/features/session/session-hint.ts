/**
 * Whether this browser was signed in when it was last here. No secret and no proof: it only lets the server draw the frame
 * of the workbench into the first paint, instead of a blank page or a frame that vanishes again.
 */
export const SESSION_HINT_COOKIE = "coder-was-signed-in";
const YEAR_SECONDS = 31_536_000;

export function rememberSession(signedIn: boolean): void {
  document.cookie = `${SESSION_HINT_COOKIE}=${signedIn ? 1 : 0}; path=/; max-age=${signedIn ? YEAR_SECONDS : 0}; samesite=lax`;
}
