/** Names a module's service by the interface its implementer fulfils. Routers reach the service with `ctx.service(ref)`. */
export interface ServiceRef<Service> {
  readonly module: string;
  /** Carries the type; never set. */
  readonly __service?: Service;
}

export function serviceRef<Service>(module: string): ServiceRef<Service> {
  return { module };
}

/** Names a module by its router: how other modules call it. Separate from {@link ServiceRef}, whose type the router itself needs. */
export interface ClientRef<Router> {
  readonly module: string;
  readonly __router?: Router;
}

export function clientRef<Router>(module: string): ClientRef<Router> {
  return { module };
}
