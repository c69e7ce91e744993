import { AppError } from "@coder/shared";

// The codes of unsaved text. Clients match on them, so they stay.

/** @param revision Of what is kept; 0 for nothing */
export function bufferOutOfStep(revision: number): AppError {
  return new AppError("conflict", "buffer_out_of_step", "These edits do not follow on the text that is kept.", { remedy: "Send the whole text.", details: { revision } });
}

export function bufferTooLarge(limit: number): AppError {
  return new AppError("too_large", "buffer_too_large", "The text is too long to be kept unsaved.", { remedy: "Save the file.", details: { limit } });
}

export function tooManyBuffers(limit: number): AppError {
  return new AppError("conflict", "too_many_buffers", `Unsaved text of at most ${limit} files is kept.`, { remedy: "Save some of them.", details: { limit } });
}
