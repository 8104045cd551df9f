import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { cancelled, unavailable } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import { END_WITH_PARENT } from './end-with-parent.ts'

export interface LocalServerOptions {
  readonly modelUri: string
  /** What errors call the model. */
  readonly title: string
  /** Of `headrace serve`, beside the model and the port. */
  readonly flags: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** As taskset(1) takes them; any unless set. */
  readonly cores?: string | undefined
  readonly signal?: AbortSignal
}

/** Lines of its log that are kept for whoever asks why it did not start. */
const KEPT_LINES = 20
/** Its models are found, loaded and proved in this time, or something is wrong. */
const START_TIMEOUT_MS = 300_000
/** Others of its threads join while it serves already. */
const JOIN_TIMEOUT_MS = 30_000
/** In which it has found out, while it has nothing else to do, how its models are batched. */
const SETTLE_MS = 2500
const END_TIMEOUT_MS = 10_000

/** What it says of itself in its log. */
interface Start {
  url?: string
  grpc?: string
  /** Threads that serve the port. */
  listeners?: number
  joined?: boolean
}

/** `headrace serve` in a child process, for a measurement. */
export class LocalServer {
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>
  readonly #lastLines: string[] = []
  readonly #start: Start = {}
  readonly #title: string
  #isClosed = false
  #isEnding = false
  #wake: () => void = () => {}

  /**
   * Starts it at any free port, and waits until it serves as it will from then on.
   * @throws ServingError TEMPORARILY_UNAVAILABLE, with the last line of its log, where it ends or takes too long; CANCELLED on `signal`.
   */
  static async start(options: LocalServerOptions): Promise<LocalServer> {
    const server = new LocalServer(options)
    try {
      await server.#serving(options)
      return server
    } catch (error) {
      await server.close()
      throw error
    }
  }

  private constructor({ modelUri, title, flags, env, cores }: LocalServerOptions) {
    this.#title = title
    const args = [
      ...[process.argv[1] ?? '', 'serve', '-m', modelUri, '--port', '0', '--host', '127.0.0.1'],
      ...['--log-format', 'json', '--log-level', 'info', ...flags],
    ]
    const node = [process.execPath, ...process.execArgv, ...END_WITH_PARENT, ...args]
    const [program = '', ...rest] = cores === undefined ? node : ['taskset', '-c', cores, ...node]
    // A group of its own: Ctrl-C in the terminal ends the measurement first, and that this server.
    this.#child = spawn(program, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: env ?? process.env,
      detached: true,
    })
    this.#closed = once(this.#child, 'close')
      .catch((error: unknown) => this.#lastLines.push(String(error)))
      .finally(() => {
        this.#isClosed = true
        this.#wake()
      })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#read(line))
    }
    process.once('exit', this.#kill)
  }

  /** `http://127.0.0.1:41905` */
  get url(): string {
    return this.#start.url ?? ''
  }

  /** Host and port; undefined where it does not serve gRPC. */
  get grpc(): string | undefined {
    return this.#start.grpc
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** Why it is there no more, though nobody ended it; undefined while it is. */
  get ended(): string | undefined {
    if (!this.#isClosed || this.#isEnding) return undefined
    const { signalCode, exitCode } = this.#child
    const how = signalCode === null ? `ended with code ${exitCode}` : `was ended by ${signalCode}`
    return `The server of ${this.#title} ${how} in the middle: ${this.#reason()}`
  }

  /** Ends it, by force where it takes too long. */
  async close(): Promise<void> {
    this.#isEnding = true
    if (!this.#isClosed) this.#child.kill('SIGTERM')
    const late = setTimeout(this.#kill, END_TIMEOUT_MS)
    await this.#closed
    clearTimeout(late)
    process.off('exit', this.#kill)
  }

  readonly #kill = (): void => {
    if (!this.#isClosed) this.#child.kill('SIGKILL')
  }

  async #serving({ title, signal }: LocalServerOptions): Promise<void> {
    const end = performance.now() + START_TIMEOUT_MS
    await this.#until(() => this.#start.url !== undefined, { end, signal, title })
    const isWhole = () => (this.#start.listeners ?? 1) === 1 || this.#start.joined === true
    const joined = performance.now() + JOIN_TIMEOUT_MS
    await this.#until(isWhole, { end: joined, signal, title })
    await sleep(SETTLE_MS, undefined, { signal }).catch(() => {
      throw cancelled('Stopped while the server started')
    })
  }

  async #until(
    done: () => boolean,
    limits: { readonly end: number; readonly signal: AbortSignal | undefined; readonly title: string },
  ): Promise<void> {
    while (!done()) {
      if (limits.signal?.aborted) throw cancelled('Stopped while the server started')
      if (this.#isClosed) throw unavailable(`The server of ${limits.title} did not start: ${this.#reason()}`)
      if (performance.now() > limits.end)
        throw unavailable(`The server of ${limits.title} does not become ready`)
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await Promise.race([promise, sleep(200)])
    }
  }

  #reason(): string {
    // Behind an error about an unknown flag stands which one may be meant.
    const own = this.#lastLines.find((line) => /^(headrace|error): /.test(line))
    const said = own ?? this.#lastLines.findLast((line) => spokenBy(line) !== undefined)
    return spokenBy(said ?? '')?.replace(/^headrace: /, '') ?? 'it said nothing'
  }

  #read(line: string): void {
    this.#lastLines.push(line)
    if (this.#lastLines.length > KEPT_LINES) this.#lastLines.shift()
    const { url, grpc, listeners, msg } = recordOf(line)
    if (typeof url === 'string') this.#start.url = url
    if (typeof grpc === 'string') this.#start.grpc = grpc
    if (typeof listeners === 'number') this.#start.listeners = listeners
    if (msg === 'all listeners serve') this.#start.joined = true
    this.#wake()
  }
}

/** What a line tells a person: of a stack the message, not the places in the code. */
function spokenBy(line: string): string | undefined {
  const { msg } = recordOf(line)
  if (typeof msg === 'string') return msg
  return /^(?!Node\.js v)[^\s{}]/.test(line) ? line : undefined
}

/** A line of its log; empty where it is none. */
function recordOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(line)
    return isRecord(parsed) ? parsed : {}
  } catch {
    return {}
  }
}
