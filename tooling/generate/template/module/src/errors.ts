import { AppError } from "@coder/shared";

// The module's codes. Clients match on them, so they stay.

export function itemNotFound(): AppError {
  return new AppError("not_found", "item_not_found", "There is no such item.", { remedy: "Open the list again: somebody may have deleted it." });
}

export function nameTooLong(maxNameLength: number): AppError {
  return new AppError("invalid", "name_too_long", `A name has at most ${maxNameLength} characters.`, {
    remedy: "Choose a shorter one, or have the limit raised in the settings.",
    details: { maxNameLength },
  });
}
