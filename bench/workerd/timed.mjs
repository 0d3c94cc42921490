/** Evaluates a script when it is asked, and says how long that took: whole milliseconds, because the clock of workerd has no others. */
export default {
  async fetch() {
    const began = Date.now()
    await import('script.js')
    return new Response(String(Date.now() - began))
  },
}
