import type { MessagePort } from 'node:worker_threads'
import { ServingError, serializeError } from '../../../core/errors.ts'
import { openStores } from '../../../store/open-stores.ts'
import type { Stores } from '../../../store/stores.ts'
import type { ApiContext } from '../api-context.ts'
import { ENDPOINTS } from '../endpoint-table.ts'
import { STORE_QUESTIONS } from '../store-questions.ts'
import type {
  FromStoreThread,
  SentCall,
  SentError,
  SentResult,
  StoreThreadData,
  StoreWork,
  ToStoreThread,
} from './store-messages.ts'

/** A longer answer goes as bytes that change hands; a shorter one costs less as the text that it is. */
const LONG_ANSWER = 16 * 1024

/** Opens the stores when it is told to, and then runs whatever comes through the port until that says to close. */
export function serveStores(data: StoreThreadData, port: MessagePort): void {
  let served: ServedStores | undefined
  port.on('message', (message: ToStoreThread) => {
    if (message.type === 'open') {
      void open(data, port).then((opened) => {
        served = opened
      })
    } else if (message.type === 'calls') {
      for (const call of message.calls) void served?.run(call)
    } else {
      void (served?.close() ?? Promise.resolve()).finally(() => port.close())
    }
  })
}

async function open(data: StoreThreadData, port: MessagePort): Promise<ServedStores | undefined> {
  try {
    const tracking = openStores(data.tracking)
    const registry = data.registry && openStores({ ...data.registry, loggedModelsElsewhere: true })
    if (data.creates) await tracking.tracking.experiments.ensureDefault()
    const routes = ENDPOINTS.map(({ verb, path, ajaxOnly = false, access }) => ({
      verb,
      path,
      ajaxOnly,
      access,
    }))
    post(port, { type: 'opened', routes })
    return new ServedStores(port, tracking, registry)
  } catch (error) {
    post(port, { type: 'unopened', error: sentError(error) })
    return undefined
  }
}

function post(port: MessagePort, message: FromStoreThread, changingHands: ArrayBuffer[] = []): void {
  port.postMessage(message, changingHands)
}

class ServedStores {
  readonly #port: MessagePort
  readonly #opened: readonly Stores[]
  readonly #context: ApiContext
  #settled: SentResult[] = []

  constructor(port: MessagePort, tracking: Stores, registry: Stores | undefined) {
    this.#port = port
    this.#opened = registry === undefined ? [tracking] : [tracking, registry]
    this.#context = { tracking: tracking.tracking, registry: (registry ?? tracking).registry }
  }

  async run(call: SentCall): Promise<void> {
    const { id } = call
    try {
      this.#settle({ id, answer: sentAnswer(await this.#do(call)) })
    } catch (error) {
      this.#settle({ id, error: sentError(error) })
    }
  }

  async close(): Promise<void> {
    for (const stores of this.#opened) await stores.close()
  }

  #do(work: StoreWork): Promise<string> {
    if ('question' in work) return STORE_QUESTIONS[work.question](this.#context, ...work.about)
    return ENDPOINTS[work.endpoint]!.answer(this.#context, work.parameters, work.source)
  }

  /** Sent by a microtask: the calls that have waited for one commit are all settled by then. */
  #settle(result: SentResult): void {
    if (this.#settled.length === 0) queueMicrotask(() => this.#send())
    this.#settled.push(result)
  }

  #send(): void {
    const results = this.#settled
    this.#settled = []
    post(this.#port, { type: 'results', results }, results.flatMap(buffersOf))
  }
}

function sentAnswer(text: string): string | Uint8Array {
  return text.length < LONG_ANSWER ? text : new TextEncoder().encode(text)
}

/** What changes hands with a result. */
function buffersOf(result: SentResult): ArrayBuffer[] {
  if ('error' in result || typeof result.answer === 'string') return []
  return [result.answer.buffer as ArrayBuffer]
}

function sentError(error: unknown): SentError {
  const sent = serializeError(error)
  const isDefect = !(error instanceof ServingError) || error.code === 'INTERNAL_ERROR'
  if (!isDefect || !(error instanceof Error) || error.stack === undefined) return sent
  return { ...sent, stack: error.stack }
}
