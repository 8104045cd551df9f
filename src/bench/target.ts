/** How requests of a load are written, and its answers read. */
export type Dialect = 'mlflow' | 'open-inference' | 'v1' | 'plain'

/** What is measured: a server, and what it is asked. */
export interface BenchTarget {
  /** Short and unique among those of a comparison: shown in tables. */
  readonly name: string
  readonly transport: 'http' | 'grpc'
  /** `http://host:port`, `https://host:port`; of gRPC `grpc://host:port`, with TLS `grpcs://host:port`. */
  readonly origin: string
  /** Whether the certificate of `https:` and `grpcs:` is taken unseen; false unless set. */
  readonly insecure?: boolean
  readonly dialect: Dialect
  /** Sent in the shares of their weights; at least one. */
  readonly payloads: readonly Payload[]
  /** How it came to be what it is, for the report: `4 columns from the signature, ranges from the input example`. */
  readonly found: readonly string[]
}

/** One kind of request. */
export interface Payload {
  /** Several may have one name: variants of one kind of request, which are counted together. */
  readonly name: string
  /** Relative to those of the others; above 0. */
  readonly weight: number
  readonly method: string
  /** With the query, percent-encoded; of gRPC the full name of the method: `/inference.GRPCInferenceService/ModelInfer`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Of gRPC the message without its frame. */
  readonly body: Uint8Array | undefined
  /** Rows in the body, where it has such; throughput in rows is reported then. */
  readonly rows: number | undefined
  readonly expected: ExpectedAnswer
}

/** What an answer has to be to count as right. */
export interface ExpectedAnswer {
  /** HTTP status, or the gRPC code 0. */
  readonly status: number
  /** What its body has to be. Absent: any body is right. */
  readonly check?: AnswerCheck
}

/** Data alone, so that it can go to a thread: checked there by `answer-check.ts`. */
export type AnswerCheck =
  /** As many predictions as rows, in the form of the dialect; numbers finite. */
  | { readonly kind: 'predictions'; readonly rows: number; readonly form?: AnswerForm }
  /** The values of the first answer, or those that the user gave: text, or base64 of what is none. */
  | {
      readonly kind: 'golden'
      readonly answer: string
      readonly relativeTolerance: number
      readonly form?: AnswerForm
    }

/**
 * How an answer is encoded: JSON unless it is said; `binary` is JSON with tensors behind it (Binary Tensor Data
 * Extension), `protobuf` a message of gRPC.
 */
export type AnswerForm = 'json' | 'binary' | 'protobuf'
