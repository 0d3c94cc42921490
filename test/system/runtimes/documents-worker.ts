/**
 * A Worker that tells whether documents of strangers can be fetched without a `fetch` of its own, and what comes of one with it.
 *
 * @module
 */
import { guardedDocuments } from '../../../src/guarded-fetch/documents.js'

const clock = { now: Date.now }

export default {
  async fetch(): Promise<Response> {
    const said: string[] = []
    try {
      guardedDocuments({}, clock)
      said.push('no error')
    } catch (error) {
      said.push(String(error))
    }
    const own = (url: string) => Promise.resolve(Response.json({ url }))
    const documents = guardedDocuments({ fetch: own }, clock)
    for (const url of ['https://docs.example/client.json', 'https://127.0.0.1/']) {
      const fetched = await documents.get(url, { address: '198.51.100.7' })
      said.push(fetched.ok ? JSON.stringify(fetched.json) : fetched.problem)
    }
    return Response.json(said)
  },
}
