import type { Answer, Client } from './client.ts'
import type { RecordedModel, RecordedRequest } from './recorded-models.ts'
import { requestsOf } from './recorded-models.ts'
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
  readonly #alone = new Map<RecordedRequest['recording'], Answer>()

  constructor(client: Client) {
    this.#client = client
  }

  /** One after the other; each is to be answered as by MLflow. */
  async askAlone(models: readonly RecordedModel[]): Promise<void> {
    for (const request of models.flatMap(requestsOf)) {
      const answer = await this.#client.ask(request)
      this.#alone.set(request.recording, answer)
      const { recording, model } = request
      if (!isAsRecorded(answer, recording, model.tolerance)) this.#deviates(request, answer, recording)
    }
  }

  /** At once; each is to be answered as it was alone, and as by MLflow. */
  async askTogether(requests: readonly RecordedRequest[]): Promise<void> {
    await this.#client.askAll(requests, (request, answer) => {
      const { recording, model } = request
      const alone = this.#alone.get(recording)!
      if (!isAsAlone(answer, alone, model.tolerance)) this.#deviates(request, answer, alone)
      else if (answer.body !== alone.body && !isAsRecorded(answer, recording, model.tolerance)) {
        this.#deviates(request, answer, recording)
      }
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
