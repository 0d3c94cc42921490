/** The official client of both generations, under one shape: `Clients` of mcp-user.ts. */
import * as second from '@modelcontextprotocol/client'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const info = { name: 'test', version: '1.0.0' }

export const clients = {
  1: {
    make(url, authProvider) {
      const transport = new StreamableHTTPClientTransport(url, { authProvider })
      const client = new Client(info)
      const finish = ({ searchParams }) => transport.finishAuth(searchParams.get('code'))
      return { client, connect: () => client.connect(transport), finish }
    },
    isUnauthorized: (error) => error instanceof UnauthorizedError,
  },
  2: {
    make(url, authProvider) {
      const transport = new second.StreamableHTTPClientTransport(url, { authProvider })
      const client = new second.Client(info)
      const finish = ({ searchParams }) => transport.finishAuth(searchParams)
      return { client, connect: () => client.connect(transport), finish }
    },
    isUnauthorized: (error) => error instanceof second.UnauthorizedError,
  },
}

/** Asks for a scope that no challenge led to. Resolves with REDIRECT, or AUTHORIZED once `callback` is given. */
export const authorize = (provider, serverUrl, scope, callback) =>
  second.auth(provider, {
    serverUrl,
    scope,
    ...(callback && { authorizationCode: callback.searchParams.get('code'), iss: callback.searchParams.get('iss') }),
  })
