/**
 * Somebody with an MCP client: the official one, of either generation. It knows its id, or not even that.
 *
 * @module
 */
import * as sdk from './sdk-clients.mjs'

interface Tokens {
  readonly access_token: string
  readonly scope?: string
  readonly refresh_token?: string
}

/** What is used of a client, the same in both generations. */
interface Clients {
  make(
    url: URL,
    provider: object,
  ): {
    readonly client: {
      callTool(call: { name: string; arguments: object }): Promise<{ content: { text: string }[] }>
      listTools(): Promise<{ tools: { name: string }[] }>
    }
    connect(): Promise<void>
    /** @param callback where the browser was sent. */
    finish(callback: URL): Promise<void>
  }
  isUnauthorized(error: unknown): boolean
}

// The packages of this area are not there when everything is type-checked.
const clients = sdk.clients as unknown as Record<1 | 2, Clients>
const authorize: (provider: object, url: string, scope: string, callback?: URL) => Promise<string> =
  sdk.authorize as never

/** Where a client describes itself, and where the browser is sent back to. */
export interface Described {
  readonly documentUrl: string
  readonly redirectUrl: string
}

const itself: Described = {
  documentUrl: 'https://client.example.com/mcp.json',
  redirectUrl: 'http://127.0.0.1:4711/callback',
}

/** What is there. */
export const clientDocument = {
  client_id: itself.documentUrl,
  client_name: 'A client',
  redirect_uris: [itself.redirectUrl],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
}

export class McpUser {
  /** The `scope` of each authorization request. */
  readonly asked: string[] = []
  tokens: Tokens | undefined
  private information: { readonly client_id: string } | undefined
  private verifier = ''
  private sentTo = ''
  private readonly clients: Clients
  private at: ReturnType<Clients['make']>

  /**
   * @param browse what the person does at a URL; gives where the browser was sent.
   * @param refreshes whether the client keeps refresh tokens.
   * @param comes as what: by an id that it was given, by registering itself, or by its document.
   * @param described another client, for one that comes by its document, or is at another address.
   */
  constructor(
    generation: 1 | 2,
    private readonly url: string,
    private readonly browse: (url: string) => Promise<URL>,
    private readonly refreshes = false,
    private readonly comes: 'known' | 'registering' | 'described' = 'known',
    private readonly described = itself,
  ) {
    this.clients = clients[generation]
    this.at = this.make()
  }

  /** Connects, and logs in when that is asked. Gives the scope of the token. */
  async connect(): Promise<string | undefined> {
    await this.at.connect().catch(async (error) => {
      await this.finish(error)
      this.at = this.make()
      await this.at.connect()
    })
    return this.tokens?.scope
  }

  async call(name: string, args = {}): Promise<string | undefined> {
    const { content } = await this.at.client.callTool({ name, arguments: args })
    return content[0]?.text
  }

  /** Calls, and once more after the person has been asked. */
  callAndAuthorize = (name: string, args = {}): Promise<string | undefined> =>
    this.call(name, args).catch(async (error) => {
      await this.finish(error)
      return this.call(name, args)
    })

  /** The access token is worth nothing any more. */
  wearOut(): void {
    if (this.tokens) this.tokens = { ...this.tokens, access_token: 'worn-out' }
  }

  /** The id by which it came. */
  clientId = (): string | undefined => (this.comes === 'known' ? 'desktop' : this.information?.client_id)

  tools = async (): Promise<string[]> => (await this.at.client.listTools()).tools.map(({ name }) => name)

  /** An access token with just this scope. */
  async token(scope: string): Promise<string | undefined> {
    await authorize(this.provider(), this.url, scope)
    await authorize(this.provider(), this.url, scope, await this.browse(this.sentTo))
    return this.tokens?.access_token
  }

  private make = () => this.clients.make(new URL(this.url), this.provider())

  private async finish(error: unknown): Promise<void> {
    if (!this.clients.isUnauthorized(error)) throw error
    await this.at.finish(await this.browse(this.sentTo))
  }

  private provider() {
    const { documentUrl, redirectUrl } = this.described
    return {
      redirectUrl,
      clientMetadata: { client_name: 'A client', redirect_uris: [redirectUrl], token_endpoint_auth_method: 'none' },
      ...(this.comes === 'described' && { clientMetadataUrl: documentUrl }),
      clientInformation: () => (this.comes === 'known' ? { client_id: 'desktop' } : this.information),
      ...(this.comes !== 'known' && {
        saveClientInformation: (information: { readonly client_id: string }) => {
          this.information = information
        },
      }),
      tokens: () => this.tokens,
      saveTokens: ({ refresh_token, ...tokens }: Tokens) => {
        this.tokens = this.refreshes && refresh_token !== undefined ? { ...tokens, refresh_token } : tokens
      },
      // What a client drops on `invalid_grant`.
      invalidateCredentials: () => {
        this.tokens = undefined
      },
      redirectToAuthorization: (url: URL) => {
        this.sentTo = url.href
        this.asked.push(url.searchParams.get('scope') ?? '')
      },
      saveCodeVerifier: (verifier: string) => {
        this.verifier = verifier
      },
      codeVerifier: () => this.verifier,
    }
  }
}
