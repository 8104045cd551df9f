import { connectionFailure } from '../../../client/connection-failure.ts'
import { readServerUrl } from '../../../client/server-url.ts'
import { Transport } from '../../../client/transport.ts'
import { invalidParameter, notFound, type ServingError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import type { RolloutView } from '../../../rollout/rollout-view.ts'
import { readRolloutView } from '../../../rollout/rollout-view-json.ts'
import type { RolloutClientSettings } from '../../rollout-client-settings.ts'
import { ofCall } from '../../usage-error.ts'
import { controlFailure } from './control-failure.ts'

/** What a rollout may be told to do: the last part of its path. */
export type Direction = 'split' | 'promote' | 'abort' | 'restart'

/** The rollouts of a server that runs, over HTTP. To be closed. */
export class RolloutClient {
  /** Of the server, without user name and password. */
  readonly url: string
  readonly #timeoutMs: number
  readonly #transport: Transport
  readonly #headers: Readonly<Record<string, string>>

  /** @throws ServingError INVALID_PARAMETER_VALUE for what is no URL of a server */
  constructor(url: string, { controlToken, apiKey, timeoutMs }: RolloutClientSettings) {
    this.url = ofCall(() => readServerUrl(url)).url
    this.#timeoutMs = timeoutMs
    this.#transport = new Transport({ url }, timeoutMs)
    this.#headers = {
      ...(controlToken === undefined ? {} : { 'x-headrace-control-token': controlToken }),
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
    }
  }

  async list(): Promise<readonly RolloutView[]> {
    const answer = await this.#json('GET', '/rollouts')
    if (!isRecord(answer) || !Array.isArray(answer['rollouts'])) throw this.#foreign()
    return answer['rollouts'].map(readRolloutView)
  }

  async show(name: string): Promise<RolloutView> {
    return readRolloutView(await this.#json('GET', pathOf(name)))
  }

  /** @returns what has become of it */
  async direct(name: string, direction: Direction, body: object): Promise<RolloutView> {
    return readRolloutView(await this.#json('POST', `${pathOf(name)}/${direction}`, body))
  }

  /** Serves the version of a model again that another one has replaced. */
  async rollBackModel(model: string): Promise<void> {
    await this.#text('POST', `/v2/repository/models/${encodeURIComponent(model)}/rollback`, {})
  }

  /** The name, or that of the only rollout. @throws ServingError where there is none, or several */
  async nameOr(name: string | undefined): Promise<string> {
    if (name !== undefined) return name
    const names = (await this.list()).map((view) => view.name)
    const [first] = names
    if (first === undefined) throw notFound(`${this.url} has no rollouts`)
    if (names.length === 1) return first
    throw invalidParameter(`${this.url} has ${names.length} rollouts: name one of ${names.join(', ')}`)
  }

  close(): Promise<void> {
    return this.#transport.close()
  }

  async #json(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const text = await this.#text(method, path, body)
    try {
      return JSON.parse(text)
    } catch {
      throw this.#foreign()
    }
  }

  async #text(method: 'GET' | 'POST', path: string, body?: object): Promise<string> {
    const { status, text } = await this.#reply(method, path, body)
    if (status >= 200 && status < 300) return text
    throw controlFailure(this.url, status, text)
  }

  async #reply(method: 'GET' | 'POST', path: string, body: object | undefined) {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = { method, url: new URL(`${this.url}${path}`), headers: { ...this.#headers, ...json } }
    try {
      const reply = await this.#transport.send({
        ...sent,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: reply.statusCode, text: await reply.body.text() }
    } catch (cause) {
      throw connectionFailure(cause, { url: this.url, timeoutMs: this.#timeoutMs })
    }
  }

  #foreign(): ServingError {
    return invalidParameter(`${this.url} answers like no server of Headrace with rollouts`)
  }
}

/** Runs `use` with a client of the server. */
export async function withRollouts<T>(
  url: string,
  settings: RolloutClientSettings,
  use: (client: RolloutClient) => Promise<T>,
): Promise<T> {
  const client = new RolloutClient(url, settings)
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

function pathOf(name: string): string {
  return `/rollouts/${encodeURIComponent(name)}`
}
