export { GENERATION_STATES, GenerationSchema, GenerationStateSchema } from "./generation-schemas.ts";
export type {
  Generation, GenerationInputById, GenerationPage, GenerationState, ListGenerationsInput, Preview, PreviewFile, StartedGeneration, StartGenerationInput,
} from "./generation-schemas.ts";
export {
  DATA_FORMATS, ENDPOINT_ACTIONS, EndpointInputSchema, EndpointPathSchema, FIELD_TYPES, GenerationInputSchema, HTTP_METHODS, LOCALES, MAX_ROWS, PARAM_TYPES, TestDataInputSchema,
} from "./input-schemas.ts";
export type { DataTable, EndpointAction, EndpointField, EndpointInput, EndpointParam, FieldType, GenerationInput, HttpMethod, TestDataInput } from "./input-schemas.ts";
export { codeGenerationPermissions } from "./permissions.ts";
export { MAX_SENTENCE } from "./sentence-schemas.ts";
export type { EndpointDraft, MissingField, ReadSentenceInput, SentencePart, SentenceReading, TestDataDraft } from "./sentence-schemas.ts";
export type { ICodeGenerationService } from "./service.ts";
export { FACT_KINDS, FRAMEWORKS, GeneratorNameSchema, GENERATORS, TYPE_KINDS } from "./target-schemas.ts";
export type { Fact, FactKind, Framework, Generator, GeneratorList, GeneratorName, RoutePlace, Target, TargetInput, TypePlace } from "./target-schemas.ts";
