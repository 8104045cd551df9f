/** A request that a real client sent, and what Triton answered. */
export interface Recording {
  readonly method: string
  readonly path: string
  /** Those that say how the body is to be read, and how the reply is wanted. */
  readonly headers: Readonly<Record<string, string>>
  /** Base64. */
  readonly body: string
  readonly status: number
  readonly replyHeaders: Readonly<Record<string, string>>
  /** Base64. */
  readonly reply: string
}

/** Headers that matter to the protocol. */
export const TELLING_HEADERS = [
  'content-type',
  'content-encoding',
  'accept-encoding',
  'inference-header-content-length',
] as const
