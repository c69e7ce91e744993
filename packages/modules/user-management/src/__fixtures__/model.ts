import type { OrganizationRole, PermissionCatalogue } from "@coder/shared";

/** What can happen to who belongs to one organization. People are numbers. */
export type Step =
  | { readonly kind: "invite"; readonly actor: number; readonly target: number; readonly role: OrganizationRole }
  | { readonly kind: "role"; readonly actor: number; readonly target: number; readonly role: OrganizationRole }
  | { readonly kind: "suspend" | "reactivate" | "remove"; readonly actor: number; readonly target: number }
  | { readonly kind: "leave"; readonly actor: number };

interface Standing {
  readonly role: OrganizationRole;
  readonly active: boolean;
}

/** The rules once more, written down without looking at the service: everything in one map, one step after the other. */
export class Model {
  readonly members: Map<number, Standing>;

  constructor(members: ReadonlyMap<number, Standing> = new Map([[0, { role: "owner", active: true }]])) {
    this.members = new Map(members);
  }

  apply(step: Step): string {
    switch (step.kind) {
      case "invite":
        return this.#invite(step.actor, step.target, step.role);
      case "role":
        return this.#alter(step.actor, step.target, (target) => ({ ...target, role: step.role }), step.role);
      case "suspend":
        return step.actor === step.target ? "own_membership" : this.#alter(step.actor, step.target, (target) => ({ ...target, active: false }));
      case "reactivate":
        return this.#alter(step.actor, step.target, (target) => ({ ...target, active: true }), this.members.get(step.target)?.role);
      case "remove":
        return this.#alter(step.actor, step.target, () => null);
      case "leave": {
        const standing = this.members.get(step.actor);
        if (!standing) return "member_not_found";
        return standing.active ? this.#write(step.actor, null) : "not_a_member";
      }
    }
  }

  allows(catalogue: PermissionCatalogue, person: number, permission: string): boolean {
    const definition = catalogue[permission];
    const standing = this.members.get(person);
    if (!definition) return false;
    return Boolean(definition.self) || (definition.installation ? person === 0 : Boolean(standing?.active && definition.roles.includes(standing.role)));
  }

  #invite(actor: number, target: number, role: OrganizationRole): string {
    const inviter = this.members.get(actor);
    if (!inviter?.active) return "not_a_member";
    if (inviter.role !== "owner" && inviter.role !== "admin") return "permission_missing";
    if (role === "owner" && inviter.role !== "owner") return "owner_protected";
    if (this.members.has(target)) return "already_member";
    this.members.set(target, { role, active: true });
    return "done";
  }

  #alter(actor: number, target: number, change: (target: Standing) => Standing | null, granted?: OrganizationRole): string {
    const [by, of] = [this.members.get(actor), this.members.get(target)];
    if (!of) return "member_not_found";
    if (!by?.active) return "not_a_member";
    if (by.role !== "owner" && by.role !== "admin") return "permission_missing";
    if (by.role !== "owner" && (of.role === "owner" || granted === "owner")) return "owner_protected";
    return this.#write(target, change(of));
  }

  #write(person: number, standing: Standing | null): string {
    const before = this.members.get(person);
    if (standing) this.members.set(person, standing);
    else this.members.delete(person);
    if ([...this.members.values()].some(({ role, active }) => role === "owner" && active)) return "done";
    if (before) this.members.set(person, before);
    return "last_owner";
  }
}
