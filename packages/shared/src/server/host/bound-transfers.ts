import type { ServedTransfer } from "../edge/transfers/answer-transfer.ts";
import type { AnyModule } from "../module.ts";
import type { TransferBinding } from "../transfers/handle-transfer.ts";
import { transfersOf } from "./registry.ts";

/** A module's transfers with their handlers. Throws where its `setup` leaves one unbound, binds one twice, or one that its manifest does not list. */
export function boundTransfers(module: Pick<AnyModule, "name" | "transfers">, bindings: readonly TransferBinding[]): readonly ServedTransfer[] {
  const declared = transfersOf(module);
  const stray = bindings.find(({ definition }) => !declared.some((transfer) => transfer.definition === definition));
  if (stray) throw new Error(`${module.name} binds ${stray.definition.method} ${stray.definition.path}, which its manifest does not list under transfers`);
  return declared.map((transfer) => {
    const [binding, twice] = bindings.filter(({ definition }) => definition === transfer.definition);
    if (binding === undefined || twice !== undefined) throw new Error(`The transfer ${transfer.name} is bound ${twice ? "twice" : "to no handler"} in the setup of ${module.name}`);
    return { ...transfer, binding };
  });
}
