import { beforeAll, expect, it, vi } from 'vitest'

/** The module as it is when the runtime says that it is Cloudflare Workers. */
let fromRequest: typeof import('../../src/edge/fetch.js').fromRequest
beforeAll(async () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
  vi.resetModules()
  fromRequest = (await import('../../src/edge/fetch.js')).fromRequest
  vi.unstubAllGlobals()
})

it('on Cloudflare Workers a body that is too large is read on before the answer, since nothing is read after it', async () => {
  let sent = 0
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise(setImmediate)
      controller.enqueue(new Uint8Array(1000))
      if (++sent === 10) controller.close()
    },
  })
  const init = { method: 'POST', body, duplex: 'half' }
  const request = fromRequest(new Request('https://auth.example.com/oauth/token', init))
  await expect(request.body(2000)).rejects.toMatchObject({ name: 'BodyTooLarge' })
  expect(sent).toBe(10)
})
