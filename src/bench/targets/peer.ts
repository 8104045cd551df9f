/** A server that is asked a few questions before it is measured. */
export interface Peer {
  readonly transport: 'http' | 'grpc'
  /** As it is shown. */
  readonly url: string
  /**
   * The answer, whatever its status.
   * @throws ServingError `unreachable` where there is none
   */
  ask(question: Question): Promise<PeerAnswer>
  close(): Promise<void>
}

export interface Question {
  readonly method: string
  /** Of gRPC the full name of the method. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Of gRPC the message without its frame. */
  readonly body?: Uint8Array | undefined
}

export interface PeerAnswer {
  /** Of HTTP, or the code of gRPC. */
  readonly status: number
  readonly body: Uint8Array
  /** The body; of a call of gRPC that failed what the server said. */
  readonly text: string
  /** Where a redirect leads. */
  readonly location?: string | undefined
}
