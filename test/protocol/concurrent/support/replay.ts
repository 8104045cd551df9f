import type { Answer, Client } from './client.ts'
import type { RecordedRequest } from './recorded-models.ts'
import { isAsAlone, isAsRecorded } from './same-answer.ts'

/** An answer that is not what it should be, for a person to read. */
export interface Deviation {
  readonly model: string
  readonly id: string
  readonly expected: string
  readonly received: string
}

/** More would only hide the first. */
const MOST_DEVIATIONS = 10

/** What a server answers to recorded requests one by one, and whether it answers many at once as it did then. */
export class Replay {
  readonly deviations: Deviation[] = []
  readonly #client: Client
  readonly #single: Client
  readonly #alone = new Map<RecordedRequest['recording'], Answer>()
  /** Those of which only the answer alone is known. */
  readonly #learned = new Set<RecordedRequest['recording']>()

  /** @param single asks what is asked alone: another server, where there is one that batches nothing. */
  constructor(client: Client, single: Client = client) {
    this.#client = client
    this.#single = single
  }

  /** One after the other; each is to be answered as by MLflow. */
  async askAlone(requests: readonly RecordedRequest[]): Promise<void> {
    for (const request of requests) {
      const { recording, model } = request
      const answer = await this.#single.ask(request)
      this.#alone.set(recording, answer)
      if (!isAsRecorded(answer, recording, model.tolerance)) this.#deviates(request, answer, recording)
    }
  }

  /** One after the other, of requests that MLflow was not asked. */
  async learnAlone(requests: readonly RecordedRequest[]): Promise<void> {
    for (const request of requests) {
      this.#alone.set(request.recording, await this.#single.ask(request))
      this.#learned.add(request.recording)
    }
  }

  /** At once; each is to be answered as it was alone, and as by MLflow. */
  async askTogether(requests: readonly RecordedRequest[]): Promise<void> {
    await this.#client.askAll(requests, (request, answer) => {
      const { recording, model } = request
      const alone = this.#alone.get(recording)!
      if (!isAsAlone(answer, alone, model.tolerance)) this.#deviates(request, answer, alone)
      else if (answer.body === alone.body || this.#learned.has(recording)) return
      else if (!isAsRecorded(answer, recording, model.tolerance)) this.#deviates(request, answer, recording)
    })
  }

  #deviates({ model, recording }: RecordedRequest, answer: Answer, expected: object): void {
    if (this.deviations.length === MOST_DEVIATIONS) return
    this.deviations.push({
      ...{ model: model.name, id: recording.id },
      ...{ expected: JSON.stringify(expected), received: JSON.stringify(answer) },
    })
  }
}
