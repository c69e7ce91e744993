import { createAdapterFactory, type DBAdapterInstance } from "better-auth/adapters";
import { ModelOperations } from "./ModelOperations.ts";
import { ModelRowSchema, ModelValuesSchema, type IModelStore, type ModelRow } from "./model-store.ts";

/** Finds where a model's rows live. `model` is better-auth's own name for it, `table` what the options call it. */
export type ModelStores = (model: string, table: string) => IModelStore;

/**
 * better-auth on our own repositories. The factory turns dates into ISO text and nested values into JSON text before they get here,
 * so rows hold JSON scalars only. No transactions: each write is exact by itself, and what must happen together is undone by whoever began it.
 */
export function createAuthAdapter(stores: ModelStores): DBAdapterInstance {
  return createAdapterFactory({
    config: {
      adapterId: "coder",
      adapterName: "Coder repositories",
      supportsBooleans: true,
      supportsDates: false,
      supportsJSON: false,
      supportsArrays: false,
      supportsNumericIds: false,
      supportsUUIDs: false,
      transaction: false,
    },
    adapter: ({ getDefaultModelName, getFieldName }) => {
      const store = (table: string) => stores(getDefaultModelName(table), table);
      const operations = (table: string) => new ModelOperations(store(table));
      return {
        create: async ({ model, data }) => asModel(await store(model).create(ModelRowSchema.parse(data))),
        findOne: async ({ model, where }) => {
          const [row] = await store(model).find(where, { limit: 1 });
          return row ? asModel(row) : null;
        },
        findMany: async ({ model, where = [], limit, offset, sortBy, select }) =>
          (await store(model).find(where, { limit, offset, sortBy })).map((row) => asModel(select ? selected(row, select.map((field) => getFieldName({ model, field }))) : row)),
        count: ({ model, where = [] }) => store(model).count(where),
        update: async ({ model, where, update }) => asModel(await operations(model).update(where, ModelValuesSchema.parse(update))),
        updateMany: ({ model, where, update }) => operations(model).updateMany(where, ModelValuesSchema.parse(update)),
        delete: async ({ model, where }) => {
          await operations(model).deleteMany(where);
        },
        deleteMany: ({ model, where }) => operations(model).deleteMany(where),
        consumeOne: async ({ model, where }) => asModel(await operations(model).consumeOne(where)),
        incrementOne: async ({ model, where, increment, set = {} }) => asModel(await operations(model).incrementOne(where, increment, ModelValuesSchema.parse(set))),
      };
    },
  });
}

function selected(row: ModelRow, columns: readonly string[]): ModelRow {
  return { id: row.id, ...Object.fromEntries(Object.entries(row).filter(([column]) => columns.includes(column))) };
}

/** The one place where a row gets the type that better-auth expects of its model: the factory checks and converts it field by field right after. */
function asModel<Model>(row: ModelRow | null): Model {
  return row as unknown as Model;
}
