import { expect } from 'vitest'

/** Longer than any server waits for a lock: a call without an answer ends its test there. */
const ANSWER_TIMEOUT_MS = 60_000

/** Calls of MLflow's API that the tests of several servers make, each of which must succeed. */
export class TrackingCalls {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  async post<Reply>(path: string, body: object): Promise<Reply> {
    const reply = await fetch(`${this.url}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    })
    return succeeded<Reply>(reply)
  }

  async get<Reply>(path: string, query: Readonly<Record<string, string>>): Promise<Reply> {
    const url = `${this.url}/api/2.0/mlflow/${path}?${new URLSearchParams(query)}`
    return succeeded<Reply>(await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }))
  }

  async createRun(experimentId: string, name: string): Promise<string> {
    const { run } = await this.post<{ run: { info: { run_id: string } } }>('runs/create', {
      ...{ experiment_id: experimentId, run_name: name, start_time: Date.now() },
    })
    return run.info.run_id
  }

  async createExperiment(name: string): Promise<string> {
    return (await this.post<{ experiment_id: string }>('experiments/create', { name })).experiment_id
  }

  /** @returns the values of a metric in the order of their steps. */
  async history(runId: string, key: string): Promise<readonly number[]> {
    const { metrics = [] } = await this.get<{ metrics?: { value: number; step: number }[] }>(
      'metrics/get-history',
      { run_id: runId, metric_key: key, max_results: '25000' },
    )
    return metrics.toSorted((a, b) => a.step - b.step).map(({ value }) => value)
  }

  async runNames(experimentId: string): Promise<readonly string[]> {
    const { runs = [] } = await this.post<{ runs?: { info: { run_name: string } }[] }>('runs/search', {
      ...{ experiment_ids: [experimentId], max_results: 1000 },
    })
    return runs.map(({ info }) => info.run_name).sort()
  }
}

async function succeeded<Reply>(reply: Response): Promise<Reply> {
  const text = await reply.text()
  expect({ url: reply.url, status: reply.status, text: reply.ok ? '' : text }).toMatchObject({
    status: 200,
    text: '',
  })
  return JSON.parse(text) as Reply
}
