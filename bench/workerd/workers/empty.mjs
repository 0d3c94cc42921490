/** The floor: a Worker that answers, and nothing else. */
export default { fetch: () => new Response('{"keys":[]}') }
