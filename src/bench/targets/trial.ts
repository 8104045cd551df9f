import { invalidState } from '../../core/errors.ts'
import { shortened } from '../../core/shortened.ts'
import { generatedPayload } from '../payloads/generate-payloads.ts'
import type { RequestPlan } from '../payloads/request-plan.ts'
import type { Payload } from '../target.ts'
import type { Peer, PeerAnswer } from './peer.ts'

/** Bodies of a plan that are tried before it is taken. */
const TRIED_BODIES = 3

/** Who is refused with these has the wrong path, model or credentials, or comes too early. */
const HOPELESS: Readonly<Record<Peer['transport'], ReadonlySet<number>>> = {
  http: new Set([401, 403, 404, 405, 429, 502, 503, 504]),
  // NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAUTHENTICATED. (grpc/doc/statuscodes.md)
  grpc: new Set([5, 7, 8, 12, 16]),
}

/** Asks a server whether it takes requests of some kind. */
export class Trial {
  readonly #peer: Peer
  readonly #seed: number
  readonly #headers: Readonly<Record<string, string>>
  #refusal = ''

  constructor(
    peer: Peer,
    { seed, headers }: { readonly seed: number; readonly headers: Readonly<Record<string, string>> },
  ) {
    this.#peer = peer
    this.#seed = seed
    this.#headers = headers
  }

  /** What the server said to the last request that it refused; all of it. */
  get refusal(): string {
    return this.#refusal
  }

  /** The same for a person. */
  get refusalText(): string {
    const { message } =
      /"(?:message|error)": ?"(?<message>(?:[^"\\]|\\.)+)"/.exec(this.#refusal)?.groups ?? {}
    const lines = (message ?? this.#refusal).trim().split('\n')
    return shortened(lines.at(-1) ?? '')
      .slice(0, 500)
      .replace(/\.$/, '')
  }

  /** The first plan of which the server takes some bodies. */
  async firstTaken(plans: Iterable<RequestPlan>): Promise<RequestPlan | undefined> {
    for (const plan of plans) if (await this.takes(plan)) return plan
    return undefined
  }

  async takes(plan: RequestPlan): Promise<boolean> {
    for (let variant = 0; variant < TRIED_BODIES; variant++) {
      const payload = generatedPayload(plan, this.#generation, variant)
      const answer = await this.ask(payload)
      if (answer.status !== this.#generation.status) {
        this.#refusal = answer.text
        this.#mustBeOfBody(payload, answer)
        return false
      }
    }
    return true
  }

  ask({ method, path, headers, body }: Payload): Promise<PeerAnswer> {
    return this.#peer.ask({ method, path, headers, body })
  }

  /** @throws ServingError INVALID_STATE where no other body would do */
  #mustBeOfBody({ path }: Payload, { status }: PeerAnswer): void {
    const hopeless = HOPELESS[this.#peer.transport]
    if (!hopeless.has(status)) return
    throw invalidState(`${this.#peer.url}${path} answers ${status} to every request: ${this.refusalText}`)
  }

  get #generation() {
    return { seed: this.#seed, headers: this.#headers, status: successOf(this.#peer.transport) }
  }
}

/** The status of an answer that succeeded. */
export function successOf(transport: Peer['transport']): number {
  return transport === 'grpc' ? 0 : 200
}
