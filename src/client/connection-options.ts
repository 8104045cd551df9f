/** Where the client reports to; a pino logger is one. */
export interface ClientLog {
  warn(facts: object, message: string): void
}

/** How an MLflow server is reached. What is left out is as in MLflow's own client (3.17.2). */
export interface ConnectionOptions {
  /**
   * `http(s)://host[:port][/prefix]`. A user name and password in it go before the other credentials, as with
   * Python's requests; no message shows them.
   */
  readonly url: string
  /** With `password`: basic authentication. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Bearer authentication, where there are not both a user name and a password. */
  readonly token?: string | undefined
  /** Takes any certificate of the server. Not together with `serverCertPath`. */
  readonly insecureTls?: boolean | undefined
  /** File of the only certificate authorities that are trusted (PEM). */
  readonly serverCertPath?: string | undefined
  /** File with the certificate and the private key that the server asks of us (PEM). */
  readonly clientCertPath?: string | undefined
  /** The longest wait for an answer to begin, and for more of its body. Default 120 000. */
  readonly timeoutMs?: number | undefined
  /** How often a request is sent again that failed for the moment. Default 7. */
  readonly maxRetries?: number | undefined
  /** Seconds of the first waits, which double from the second retry on. Default 2. */
  readonly backoffFactor?: number | undefined
  /** Seconds up to which a random time is added to a wait. Default 1. */
  readonly backoffJitter?: number | undefined
  /** Whether a wait that the server asks for (Retry-After) goes before our own. Default true. */
  readonly respectRetryAfter?: boolean | undefined
  /** MLflow workspace of all requests. */
  readonly workspace?: string | undefined
  /** Default `headrace`. */
  readonly userAgent?: string | undefined
  /** Told of every retry. */
  readonly log?: ClientLog | undefined
}

type Credential = 'username' | 'password' | 'token' | 'clientCertPath' | 'workspace'

/** How any server is reached, whichever it is. */
export type ReachOptions = Omit<ConnectionOptions, Credential | 'url'>

/** The options without what is for one server alone. */
export function withoutCredentials(options: ReachOptions & Partial<ConnectionOptions>): ReachOptions {
  const { url, username, password, token, clientCertPath, workspace, ...others } = options
  return others
}

/** How one call departs from its connection. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** 0 asks once. */
  readonly maxRetries?: number | undefined
}
