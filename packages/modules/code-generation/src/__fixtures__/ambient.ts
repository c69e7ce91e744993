/** What generated code uses of packages, typed as they type it: enough for the compiler, with nothing installed. */
export const AMBIENT = `
declare module "express" {
  import type { Server } from "node:http";
  type Params<Path extends string> = Path extends \`\${infer Head}/\${infer Tail}\` ? Params<Head> & Params<Tail> : Path extends \`:\${infer Name}\` ? { [Key in Name]: string } : {};
  interface Request<P = Record<string, string>> { params: P; query: Record<string, unknown>; body: any }
  interface Response { status(code: number): this; json(body?: any): this; send(body?: any): this; sendStatus(code: number): this; end(): this }
  type NextFunction = (error?: any) => void;
  type Handler<P = Record<string, string>> = (req: Request<P>, res: Response, next: NextFunction) => void | Promise<void>;
  interface Routes { get<Path extends string>(path: Path, ...handlers: Handler<Params<Path>>[]): this; post<Path extends string>(path: Path, ...handlers: Handler<Params<Path>>[]): this; put<Path extends string>(path: Path, ...handlers: Handler<Params<Path>>[]): this; patch<Path extends string>(path: Path, ...handlers: Handler<Params<Path>>[]): this; delete<Path extends string>(path: Path, ...handlers: Handler<Params<Path>>[]): this; use(...handlers: any[]): this }
  interface Router extends Handler, Routes {}
  interface Express extends Routes { listen(port: number): Server }
  export function Router(): Router;
  function express(): Express;
  namespace express { export function json(): Handler<any>; export function Router(): Router; }
  export default express;
}
declare module "fastify" {
  interface FastifyRequest<R extends { Params?: unknown; Body?: unknown } = {}> { params: R["Params"]; body: R["Body"] }
  interface FastifyReply { code(status: number): this; send(body?: unknown): this }
  type RouteHandler<R extends { Params?: unknown; Body?: unknown }> = (request: FastifyRequest<R>, reply: FastifyReply) => unknown;
  type Method = { <R extends { Params?: unknown; Body?: unknown } = {}>(path: string, handler: RouteHandler<R>): FastifyInstance; <R extends { Params?: unknown; Body?: unknown } = {}>(path: string, options: { schema?: { params?: unknown; body?: unknown } }, handler: RouteHandler<R>): FastifyInstance };
  export interface FastifyInstance { get: Method; post: Method; put: Method; patch: Method; delete: Method; register(plugin: FastifyPluginAsync, options?: { prefix?: string }): this & PromiseLike<undefined>; listen(options: { port: number; host: string }): Promise<string>; close(): Promise<undefined> }
  export type FastifyPluginAsync = (fastify: FastifyInstance, options: {}) => Promise<void>;
  export default function Fastify(): FastifyInstance;
}
declare module "next" {
  import type { IncomingMessage, ServerResponse } from "node:http";
  export interface NextApiRequest extends IncomingMessage { query: Partial<Record<string, string | string[]>>; body: any }
  export interface NextApiResponse extends ServerResponse { status(code: number): this; json(body: any): void; send(body: any): void; end(): this; setHeader(name: string, value: string): this }
}
declare module "next/server" { export class NextResponse extends Response { static json(body: any, init?: ResponseInit): NextResponse } }
declare module "zod" {
  interface Type<Out> { optional(): Type<Out | undefined>; safeParse(value: unknown): { success: true; data: Out } | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } } }
  interface Text extends Type<string> { min(n: number): Text; email(): Text; uuid(): Text; url(): Text; datetime(): Text }
  interface Numeric extends Type<number> { int(): Numeric }
  type Shape = Record<string, Type<any>>;
  type OptionalKeys<S extends Shape> = { [K in keyof S]: S[K] extends Type<infer O> ? (undefined extends O ? K : never) : never }[keyof S];
  type Out<S extends Shape> = { [K in Exclude<keyof S, OptionalKeys<S>>]: S[K] extends Type<infer O> ? O : never } & { [K in OptionalKeys<S>]?: S[K] extends Type<infer O> ? O : never };
  export const z: { string(): Text; number(): Numeric; boolean(): Type<boolean>; array<O>(type: Type<O>): Type<O[]>; object<S extends Shape>(shape: S): Type<Out<S>>; coerce: { number(): Numeric } };
}
declare module "@sinclair/typebox" { export const Type: { Object(fields: object): object; String(options?: object): object; Number(): object; Integer(): object; Boolean(): object; Array(of: object): object; Optional(of: object): object } }
declare module "ajv" {
  export class Ajv { compile<T>(schema: unknown): ((value: unknown) => value is T) & { errors?: object[] | null }; errorsText(errors?: object[] | null): string }
}
declare module "node:http" {
  export interface IncomingMessage { url?: string; method?: string; [Symbol.asyncIterator](): AsyncIterator<unknown> }
  export interface ServerResponse { statusCode: number; setHeader(name: string, value: string): this; end(text?: string): this }
  export interface Server { listen(port: number): this; address(): unknown; close(): this; closeAllConnections(): void }
  export function createServer(handler: (request: IncomingMessage, response: ServerResponse) => void): Server;
}
declare module "node:net" { export interface AddressInfo { port: number } }
declare module "node:events" { export function once(of: unknown, event: string): Promise<unknown[]> }
declare module "node:crypto" { export function randomUUID(): string }
declare module "node:assert/strict" { const assert: { equal(actual: unknown, expected: unknown): void; deepEqual(actual: unknown, expected: unknown): void }; export default assert }
declare module "node:test" { type Run = () => void | Promise<void>; export function describe(name: string, run: Run): void; export function it(name: string, run: Run): void; export function before(run: Run): void; export function after(run: Run): void }
declare module "vitest" { type Run = () => void | Promise<void>; export function describe(name: string, run: Run): void; export function it(name: string, run: Run): void; export function beforeAll(run: Run): void; export function afterAll(run: Run): void; export function expect(value: unknown): { toBe(other: unknown): void; toEqual(other: unknown): void } }
declare function describe(name: string, run: () => void): void;
declare function it(name: string, run: () => void | Promise<void>): void;
declare function before(run: () => void | Promise<void>): void;
declare function after(run: () => void | Promise<void>): void;
declare function beforeAll(run: () => void | Promise<void>): void;
declare function afterAll(run: () => void | Promise<void>): void;
declare function expect(value: unknown): { toBe(other: unknown): void; toEqual(other: unknown): void };
`;
