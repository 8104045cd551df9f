import { faultOf } from './judge-reply.ts'
import { mutatedRequest, restRequest } from './mutated-request.ts'
import type { MutationPlan, Trial } from './mutation-run.ts'
import { RestClient } from './rest-client.ts'
import { SOUND_REQUESTS } from './sound-requests.ts'

/** Mutated REST requests to a server, and sound ones in between. */
export class RestMutations implements Pick<MutationPlan, 'trial' | 'stillSound'> {
  readonly #client: RestClient

  constructor(url: string, connections: number) {
    this.#client = new RestClient(url, connections)
  }

  readonly trial: Trial = async (random) => {
    const request = mutatedRequest(random)
    const reply = await this.#client.send(request)
    const fault = faultOf(request, reply)
    return { kind: String(reply.status), fault: fault && `${request.path}: ${fault}` }
  }

  readonly stillSound = async (): Promise<void> => {
    const replies = await Promise.all(SOUND_REQUESTS.map((sound) => this.#client.send(restRequest(sound))))
    for (const [index, { status, body }] of replies.entries()) {
      if (status === 200) continue
      throw new Error(`A sound request to ${SOUND_REQUESTS[index]!.path} is answered ${status}: ${body}`)
    }
  }

  close(): void {
    this.#client.close()
  }
}
