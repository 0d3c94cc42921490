/**
 * A stand-in for the model behind Gemini CLI: asked to call a tool, it says so, and then repeats what the tool answered.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Model {
  readonly url: string
  stop(): void
}

interface Part {
  readonly text?: string
  readonly functionResponse?: { readonly response: unknown }
}

export async function startModel(): Promise<Model> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const answer = JSON.stringify({
      candidates: [{ content: { role: 'model', parts: [reply(body)] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    })
    const isStream = request.url?.includes(':streamGenerateContent')
    response.setHeader('content-type', isStream ? 'text/event-stream' : 'application/json')
    response.end(isStream ? `data: ${answer}\r\n\r\n` : answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function reply(body: string): object {
  const { contents = [] }: { contents?: { parts: Part[] }[] } = JSON.parse(body || '{}')
  const parts = contents.at(-1)?.parts ?? []
  const result = parts.find(({ functionResponse }) => functionResponse)?.functionResponse
  if (result) return { text: `The tool said: ${JSON.stringify(result.response)}` }
  const [, name, args = '{}'] = /^Call (\w+) with (\{.*\})$/.exec(parts.at(-1)?.text ?? '') ?? []
  return name ? { functionCall: { name, args: JSON.parse(args) } } : { text: 'Nothing to call.' }
}
