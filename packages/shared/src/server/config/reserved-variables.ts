/**
 * Variables with our prefix that are no settings: the loader and the launcher read them before there is a configuration.
 * A test holds this list equal to the launcher's own.
 */
export const RESERVED_VARIABLES: readonly string[] = [
  "CODER_CONFIG",
  "CODER_NO_APT",
];
