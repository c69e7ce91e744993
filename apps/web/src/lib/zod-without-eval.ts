import { config } from "zod/v4/core";

// The policy of pages lets nobody make code of text. Without this zod finds that out by trying.
config({ jitless: true });
