/**
 * Access tokens in the words of the MCP SDK: the verifier that its middlewares and the frameworks upon it ask for. Each of them knows
 * an invalid token by a class of its own, which is handed in, so that nothing of theirs is loaded here.
 *
 * @module
 */
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import { isWithin } from '../protocol/scope.js'
import { isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'
import type { AuthorizationServer } from '../server.js'
import type { Access, AccessNeed, ResourceServer } from './access.js'
import { invalidToken, stepUp } from './challenge.js'
import { needOf, readNeed } from './need.js'
import { resourceServerFor } from './resource-server.js'

/** What the MCP SDK hands on to tools (`AuthInfo` of 1.x and 2.x). No interface, because `fastmcp` takes only what has an index signature. */
export type AuthInfo = {
  token: string
  clientId: string
  scopes: string[]
  /** Epoch **seconds**, whole and rounded down. */
  expiresAt: number
  resource?: URL
  /** `access` is what the guard's `accessOf` gives, times in milliseconds. */
  extra: { subject: string; access: Access } & Record<string, unknown>
}

/** Fits `OAuthTokenVerifier` of the MCP SDK, 1.x and 2.x. */
export interface TokenVerifier {
  /**
   * @param token undefined for a request without one.
   * @throws what the option of {@link tokenVerifier} says, where there is no access.
   */
  verifyAccessToken(token: string | undefined): Promise<AuthInfo>
}

/** What is thrown where there is no access: one of three. */
export type TokenVerifierOptions =
  /** MCP SDK 1.x: the class of `@modelcontextprotocol/sdk/server/auth/errors.js`. */
  | {
      readonly InvalidTokenError: new (message: string) => Error
      readonly OAuthError?: undefined
      readonly Response?: undefined
    }
  /** MCP SDK 2.x, `mcp-handler`: the class of `@modelcontextprotocol/server`. */
  | {
      readonly OAuthError: new (code: string, message: string) => Error
      readonly InvalidTokenError?: undefined
      readonly Response?: undefined
    }
  /** Frameworks that send a thrown `Response`, such as `fastmcp`: the finished challenge. */
  | (AccessNeed & {
      readonly Response: new (body: string, init: { status: number; headers: Record<string, string> }) => object
      readonly InvalidTokenError?: undefined
      readonly OAuthError?: undefined
    })

/**
 * Checks tokens for the MCP SDK and what is built upon it.
 *
 * A token that is not good here throws what their middleware answers with 401. When it cannot be known, because the authorization server or the
 * storage is away, they answer 500 (a thrown `Response` 503), never 401, on which clients drop their tokens.
 *
 * @param guard the authorization server of this process, or what `createResourceServer` gave.
 * @example
 * requireBearerAuth({ verifier: tokenVerifier(api, { InvalidTokenError }), resourceMetadataUrl: api.metadataUrl })
 *
 * @throws {TypeError} when the first argument is no server, has several resources and none is the default, or the class is missing or
 *   another one.
 */
export function tokenVerifier(
  guard: AuthorizationServer | ResourceServer,
  options: TokenVerifierOptions,
): TokenVerifier {
  const { refusal, need } = readOptions(options)
  const demand = readNeed(need, 'tokenVerifier')
  const resourceServer = resourceServerFor(guard, demand, 'tokenVerifier')
  const demanded = needOf(demand)
  return {
    async verifyAccessToken(token) {
      const decision = await resourceServer.check(requestWith(token), demanded)
      if (decision.ok) return authInfoOf(decision.access, token ?? '')
      throw refusal(decision.response)
    },
  }
}

/**
 * What the MCP SDK hands on to tools, of access that our own guard has let through: for `req.auth`, or `c.var.auth` of `@hono/mcp`.
 *
 * @param authorization the token, or the `Authorization` header that it came in.
 */
export function authInfoOf(access: Access, authorization: string | undefined): AuthInfo {
  const { subject, clientId, scope, resource, expiresAt } = access
  return {
    token: authorization?.replace(/^bearer +/i, '') ?? '',
    clientId,
    scopes: [...scope],
    expiresAt: Math.floor(expiresAt / 1000),
    ...(URL.canParse(resource) && { resource: new URL(resource) }),
    extra: { subject, access },
  }
}

/**
 * What a tool, prompt or resource of the MCP SDK 2.x needs besides, for its option `scopeChallenge`. `requireScopes` of the SDK names only what is
 * needed, and clients that ask for just that lose what they had: this names both, and a call without a token is not let through either.
 *
 * @param scope every one of these: a list, or names separated by spaces.
 * @throws {TypeError} when it demands nothing.
 */
export function scopeChallenge(
  scope: string | readonly string[],
): (context: {
  readonly authInfo?: { readonly scopes: readonly string[] } | undefined
}) => { readonly scopes: readonly [string, ...string[]] } | undefined {
  const needed = readNeed({ scope }, 'scopeChallenge').scope
  return ({ authInfo }) => {
    const held = authInfo?.scopes ?? []
    if (authInfo && isWithin(needed, held)) return undefined
    const [first = '', ...others] = stepUp(needed, held).split(' ')
    return { scopes: [first, ...others] }
  }
}

const requestWith = (token: string | undefined): HttpRequest => ({
  method: 'POST',
  url: '/',
  headerValues: (name) => (name === 'authorization' && token ? [`Bearer ${token}`] : []),
  body: async () => new Uint8Array(),
  native: undefined,
})

interface Reading {
  /** What is thrown for a refusal. */
  readonly refusal: (response: HttpResponse) => object
  readonly need: AccessNeed
}

function readOptions(options: TokenVerifierOptions): Reading {
  if (!isRecord(options)) throw mistake(whatToWrite, options)
  const { InvalidTokenError, OAuthError, Response, ...need } = options
  const given = [InvalidTokenError, OAuthError, Response].filter((option) => option !== undefined)
  if (given.length !== 1 || typeof given[0] !== 'function') throw new TypeError(whatToWrite)
  if (Response) {
    return {
      refusal: ({ status, headers, body }) => new Response(body, { status, headers: Object.fromEntries(headers) }),
      need,
    }
  }
  // Their middlewares compare for themselves, and put into the challenge only what they demanded themselves.
  refuseUnknown(
    need,
    [],
    'tokenVerifier with a class of the MCP SDK (what it demands is an option of their middleware, `requiredScopes`)',
  )
  const invalid = (): Error & { errorCode?: unknown; code?: unknown } =>
    InvalidTokenError
      ? new InvalidTokenError(invalidToken.error_description)
      : new OAuthError('invalid_token', invalidToken.error_description)
  // Both generations have an OAuthError, and only that of 2.x takes the code.
  const { errorCode, code } = invalid()
  if ((InvalidTokenError ? errorCode : code) !== 'invalid_token') throw new TypeError(whatToWrite)
  return {
    // 2.x makes 400 of every code that it does not know, `mcp-handler` 401 of every other error.
    refusal: ({ status }) =>
      status === 401 ? invalid() : OAuthError ? new OAuthError('server_error', AWAY) : new Error(AWAY),
    need: {},
  }
}

const AWAY = 'The access token cannot be checked now. Try again in a moment.'

const whatToWrite =
  'tokenVerifier needs the class that your MCP framework knows an invalid token by. Write `tokenVerifier(auth, { InvalidTokenError })` with the ' +
  'class of @modelcontextprotocol/sdk/server/auth/errors.js (1.x), `{ OAuthError }` with that of @modelcontextprotocol/server (2.x), or `{ Response }`.'
