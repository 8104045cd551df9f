import { type RecordedModel, type RecordedRequest, requestsOf } from './recorded-models.ts'

export interface ShuffleOptions {
  /** How many models are asked at a time: few enough for their requests to meet. */
  readonly modelsAtOnce: number
  /** How often each request is made. */
  readonly times: number
  /** Numbers from 0 to below 1. */
  readonly random: () => number
}

/** All requests of all models several times, in an order of chance; a few models at a time. */
export function shuffledRequests(
  models: readonly RecordedModel[],
  { modelsAtOnce, times, random }: ShuffleOptions,
): readonly RecordedRequest[] {
  const order = shuffled(models, random)
  const requests: RecordedRequest[] = []
  for (let at = 0; at < order.length; at += modelsAtOnce) {
    const some = order.slice(at, at + modelsAtOnce).flatMap(requestsOf)
    requests.push(...shuffled(Array.from({ length: times }, () => some).flat(), random))
  }
  return requests
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last -= 1) {
    const at = Math.floor(random() * (last + 1))
    ;[result[last], result[at]] = [result[at]!, result[last]!]
  }
  return result
}
