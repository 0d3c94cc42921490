/**
 * State of a feature for each server that it is given to, made when it is first needed: one feature value may serve several.
 *
 * @module
 */
export function perServer<Server extends object, State>(make: (server: Server) => State): (server: Server) => State {
  const known = new WeakMap<Server, { readonly state: State }>()
  return (server) => {
    const held = known.get(server) ?? { state: make(server) }
    known.set(server, held)
    return held.state
  }
}
