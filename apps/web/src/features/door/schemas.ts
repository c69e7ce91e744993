import { MAX_PASSWORD_LENGTH } from "@coder/api/auth";
import { PersonNameSchema } from "@coder/api/user-management";
import { EmailSchema } from "@coder/shared";
import { z } from "zod";

// What the forms check before they ask the server. The server's own schemas decide; these only word it for a person.

export const EmailFieldSchema = z
  .string()
  .trim()
  .min(1, "Enter your e-mail address")
  .refine((value) => EmailSchema.safeParse(value).success, "Enter an address like name@example.org");

export const NameFieldSchema = z
  .string()
  .refine((value) => value.trim() !== "", "Enter the name that others will see")
  .refine((value) => value.trim() === "" || PersonNameSchema.safeParse(value).success, "Use at most 200 visible characters");

export const PasswordFieldSchema = z.string().min(1, "Enter your password").max(MAX_PASSWORD_LENGTH, `Use at most ${MAX_PASSWORD_LENGTH} characters`);

export const NewPasswordFieldSchema = z.string().min(1, "Choose a password").max(MAX_PASSWORD_LENGTH, `Use at most ${MAX_PASSWORD_LENGTH} characters`);
export const NEW_PASSWORD_HELP = "Long beats complicated: four random words are fine.";
