"use client";

import type { InstallationOrganization } from "@coder/api/user-management";
import { useMemo } from "react";
import { z } from "zod";
import { useSession } from "#features/session/session.tsx";
import { plural } from "#lib/time.ts";
import { Button } from "#ui/button.tsx";
import { TextField } from "#ui/field.tsx";
import { Fact, Facts, Sheet, SheetSection } from "#ui/sheet.tsx";
import { InlineProblem } from "#ui/states.tsx";
import textStyles from "#ui/text.module.css";
import { useForm } from "#ui/use-form.ts";
import { CopyableId } from "#ui/values.tsx";
import { type LimitGroup, limitText, ownLimits, withOwnLimits } from "./organization-limits.ts";
import styles from "./settings.module.css";
import { useSettingActions } from "./use-settings.ts";
import { readText } from "./value-schema.ts";

interface OrganizationSheetProps {
  readonly organization: InstallationOrganization;
  readonly groups: readonly LimitGroup[];
  readonly onClose: () => void;
}

export function OrganizationSheet({ organization, groups, onClose }: OrganizationSheetProps) {
  const { may } = useSession();
  return (
    <Sheet title={organization.name} name="organization" onClose={onClose}>
      <Facts>
        <Fact name="Id"><CopyableId value={organization.id} what="the organization's id" /></Fact>
        <Fact name="Members">{plural(organization.members, "person", "people")}</Fact>
      </Facts>
      <LimitsForm organizationId={organization.id} groups={groups} readOnly={!may("configuration-service.setting.write")} />
    </Sheet>
  );
}

const fieldOf = ({ setting }: LimitGroup, name: string) => `${setting.module}.${name}`;

/** Empty fields are as for everybody. Each part of the product holds its own, so saving changes the settings of those that differ. */
function LimitsForm({ organizationId, groups, readOnly }: { readonly organizationId: string; readonly groups: readonly LimitGroup[]; readonly readOnly: boolean }) {
  const actions = useSettingActions();
  const schema = useMemo(() => schemaOf(groups), [groups]);
  const initial = Object.fromEntries(groups.flatMap((group) => group.limits.map(({ name }) => [fieldOf(group, name), String(ownLimits(group.setting, organizationId)[name] ?? "")] as const)));
  const form = useForm({
    schema,
    initial,
    submit: async (values) => {
      for (const group of groups) {
        const fields = group.limits.map(({ name }) => [name, fieldOf(group, name)] as const);
        if (fields.every(([, field]) => values[field] === initial[field])) continue;
        const own = Object.fromEntries(fields.flatMap(([name, field]) => (values[field]?.trim() ? [[name, Number(values[field])] as const] : [])));
        await actions.set(group.setting, withOwnLimits(group.setting, organizationId, own));
      }
    },
  });
  return (
    <form {...form.form} className={styles.limits} aria-label="Limits of the organization">
      <p className={textStyles.dim}>What is left empty is as for everybody.</p>
      {groups.map((group) => (
        <SheetSection key={group.title} title={group.title}>
          {group.limits.map(({ name, title, description, everybodys }) => (
            <TextField
              key={name}
              {...form.field(fieldOf(group, name))}
              label={title}
              help={`${description}. Everybody: ${everybodys === null ? "nothing set" : limitText(name, everybodys)}.`}
              placeholder={everybodys === null ? "" : String(everybodys)}
              inputMode="numeric"
              autoComplete="off"
              readOnly={readOnly}
            />
          ))}
        </SheetSection>
      ))}
      {form.problem ? <InlineProblem problem={form.problem} /> : null}
      {readOnly ? null : (
        <div className={styles.limitsFoot}>
          <Button type="submit" variant="primary" pending={form.pending} disabled={!form.changed}>Save</Button>
          {form.changed ? <Button onClick={form.reset}>Discard</Button> : null}
        </div>
      )}
    </form>
  );
}

/** The server decides; this only saves a way. */
function schemaOf(groups: readonly LimitGroup[]) {
  const kinds = new Map(groups.flatMap((group) => group.limits.map(({ name, kind }) => [fieldOf(group, name), kind] as const)));
  return z.record(z.string(), z.string()).superRefine((values, context) => {
    for (const [field, text] of Object.entries(values)) {
      const kind = kinds.get(field);
      const read = kind === undefined || text.trim() === "" ? null : readText(kind, text);
      if (read?.ok === false) context.addIssue({ code: "custom", path: [field], message: read.message });
    }
  });
}
