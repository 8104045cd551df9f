import type { WireRequest } from '../../../client/transport.ts'
import { type Challenge, parseChallenges } from './challenge.ts'
import { readCredentialFiles } from './credential-files.ts'
import type { CredentialSource, Credentials } from './credentials.ts'
import { basic, type RegistryToken, readToken, tokenRequest } from './registry-token.ts'

export interface AuthorizationOptions {
  readonly registry: string
  readonly repository: string
  /** What tokens are to allow, besides what the registry names: `repository:team/iris:pull,push`. */
  readonly scopes: readonly string[]
  readonly credentials?: CredentialSource | undefined
  /** The registry is asked by plain HTTP, also where it is another machine. */
  readonly plainHttp?: boolean | undefined
}

/** Sends one request of the token server's, and gives the text of its answer. */
export type AskForToken = (
  request: Pick<WireRequest, 'method' | 'url' | 'headers' | 'body'>,
) => Promise<string>

/** A token is renewed so long before it ends that the request it goes with arrives. */
const MARGIN_MS = 5_000

/**
 * What a registry is shown with each request. It is learned from the registry's first refusal, and learned anew when a
 * token has ended. Credentials are looked up when they are first wanted.
 */
export class RegistryAuthorization {
  readonly #options: AuthorizationOptions
  readonly #ask: AskForToken
  #found: Promise<Credentials | undefined> | undefined
  #challenge: Challenge | undefined
  #shown: RegistryToken | undefined
  #renewing: Promise<boolean> | undefined
  #hasCredentials = false

  constructor(options: AuthorizationOptions, ask: AskForToken) {
    this.#options = options
    this.#ask = ask
  }

  /** Whether there were credentials to be shown, to the registry or for a token. */
  get hasCredentials(): boolean {
    return this.#hasCredentials
  }

  /** The Authorization header; undefined as long as none was asked for. */
  async header(): Promise<string | undefined> {
    if (this.#shown !== undefined && performance.now() > this.#shown.expiresAt - MARGIN_MS)
      await this.#renewed()
    return this.#shown?.header
  }

  /**
   * Answers a refusal (401).
   * @param refused the header that was shown
   * @returns whether there is something else to show now
   */
  async learn(wwwAuthenticate: string, refused: string | undefined): Promise<boolean> {
    // Another request has learned it in the meantime.
    if (this.#shown !== undefined && this.#shown.header !== refused) return true
    const challenges = parseChallenges(wwwAuthenticate)
    const challenge =
      challenges.find(({ scheme }) => scheme === 'bearer') ??
      challenges.find(({ scheme }) => scheme === 'basic')
    if (challenge === undefined) return false
    this.#challenge = challenge
    return (await this.#renewed()) && this.#shown?.header !== refused
  }

  #renewed(): Promise<boolean> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #renew(): Promise<boolean> {
    const { registry, repository, plainHttp, credentials: source = readCredentialFiles() } = this.#options
    this.#found ??= source.find(registry, repository)
    const credentials = await this.#found
    this.#hasCredentials = credentials !== undefined
    if (this.#challenge?.scheme === 'bearer') {
      const wish = { registry, plainHttp, scopes: this.#scopes(this.#challenge), credentials }
      const request = tokenRequest(this.#challenge, wish)
      this.#shown = readToken(await this.#ask(request), `${request.url.origin}${request.url.pathname}`)
      return true
    }
    if (credentials === undefined || !('username' in credentials)) return false
    this.#shown = { header: basic(credentials), expiresAt: Number.POSITIVE_INFINITY }
    return true
  }

  #scopes({ parameters }: Challenge): readonly string[] {
    const named = (parameters['scope'] ?? '').split(' ').filter((scope) => scope !== '')
    return [...new Set([...this.#options.scopes, ...named])]
  }
}
