import { Pool } from 'undici'
import type { RecordedRequest } from './recorded-models.ts'

export interface Answer {
  readonly status: number
  readonly type: string | undefined
  readonly body: string
}

/** So many connections to one server, each with one request at a time. */
export class Client {
  readonly #pool: Pool
  readonly #connections: number

  constructor(url: string, connections: number) {
    this.#pool = new Pool(url, { connections, pipelining: 1 })
    this.#connections = connections
  }

  async ask({ model, recording, body }: RecordedRequest): Promise<Answer> {
    return this.post(`/models/${model.name}/invocations`, recording.content_type, body)
  }

  async post(path: string, type: string | null, body: Uint8Array): Promise<Answer> {
    const headers: Record<string, string> = type === null ? {} : { 'content-type': type }
    const reply = await this.#pool.request({ path, method: 'POST', headers, body })
    const replied = reply.headers['content-type']
    return { status: reply.statusCode, type: String(replied), body: await reply.body.text() }
  }

  async get(path: string): Promise<string> {
    return (await this.#pool.request({ path, method: 'GET' })).body.text()
  }

  /** As many at a time as there are connections. @param onAnswer told of each; the order is theirs. */
  async askAll(
    requests: readonly RecordedRequest[],
    onAnswer: (request: RecordedRequest, answer: Answer) => void,
  ): Promise<void> {
    let next = 0
    const work = async (): Promise<void> => {
      for (let at = next++; at < requests.length; at = next++) {
        onAnswer(requests[at]!, await this.ask(requests[at]!))
      }
    }
    await Promise.all(Array.from({ length: this.#connections }, work))
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
