import type { Logger } from 'pino'
import type { ModelRepository } from '../../../runtime/model-repository.ts'
import { endAtOnce } from '../../../supervisor/end-at-once.ts'
import type { SupervisorLink } from '../../../supervisor/supervisor-link.ts'
import type { ServeSettings } from '../../config.ts'
import { onEndSignals } from './end-signals.ts'
import type { RolloutThreadHandle } from './rollouts/rollout-thread-handle.ts'
import type { ServingTracker } from './track/serving-tracker.ts'

/** What takes connections: a server, or the group of listeners that it is the first of. */
interface EndingServer {
  depart(): void
  leave(within: { readonly graceMs: number; readonly requestTimeoutMs: number }): Promise<void>
  stop(within: { readonly graceMs: number }): Promise<void>
  /** Other threads of its are stuck in native runs. */
  readonly hasStuck?: boolean
}

interface EndingInit {
  readonly server: EndingServer
  readonly repository: ModelRepository
  readonly logger: Logger
  readonly settings: Pick<ServeSettings, 'graceMs' | 'timeoutMs'>
  readonly link: SupervisorLink | undefined
  /** What records the server, once there is something. */
  readonly tracker: () => Pick<ServingTracker, 'end'> | undefined
  /** What keeps its rollouts, where that is a thread of this process. */
  readonly rollouts: Pick<RolloutThreadHandle, 'end'> | undefined
}

/** process.exit() waits for native runs, which may never return: then only a kill ends the process. */
const EXIT_MARGIN_MS = 2000
/** What requests under way are given by a server that cannot serve new ones. */
const EXHAUSTED_GRACE_MS = 2000
/** Outcomes that were acknowledged are on the disk already. */
export const ROLLOUTS_END_MS = 1500

/** How this process ends: in order, and only once, whoever asks for it. */
export class Ending {
  readonly #init: EndingInit
  #asked = false

  constructor(init: EndingInit) {
    this.#init = init
  }

  /**
   * SIGTERM goes on serving until nobody sends anything, SIGINT (a terminal) stops accepting at once; a second
   * signal cuts off what is left. A supervised process leaves that to its supervisor, which the signals of a
   * terminal or of a control group come to as well.
   */
  onSignals(): void {
    const { link } = this.#init
    onEndSignals((signal) => {
      if (link === undefined) this.#endOn(signal)
      else link.leave()
    })
  }

  /** Accepts nothing more, answers what is under way, and ends the process, all within `graceMs`. */
  finish(graceMs: number): void {
    const { server, settings } = this.#init
    const withinMs = Math.min(graceMs, settings.graceMs)
    this.#within(withinMs, server.stop({ graceMs: withinMs }))
  }

  /** Worker threads are lost to runs that never return, and none can be replaced: a new process has to. */
  exhausted(reason: string): void {
    const { logger, link, server } = this.#init
    logger.fatal({ reason }, 'the process cannot go on and ends')
    server.depart()
    link?.leave()
    this.#asked = true
    setTimeout(endAtOnce, EXHAUSTED_GRACE_MS + EXIT_MARGIN_MS)
    void this.#init.tracker()?.end('FAILED')
    void server.stop({ graceMs: EXHAUSTED_GRACE_MS }).then(endAtOnce)
  }

  #endOn(signal: NodeJS.Signals): void {
    const again = this.#asked
    this.#asked = true
    this.#init.logger.info({ signal }, again ? 'stopping at once' : 'stopping')
    if (again) this.finish(0)
    else if (signal === 'SIGINT') this.finish(this.#init.settings.graceMs)
    else this.#leave()
  }

  #leave(): void {
    const { server, settings } = this.#init
    const { graceMs, timeoutMs } = settings
    this.#within(graceMs, server.leave({ graceMs, requestTimeoutMs: timeoutMs }))
  }

  /** A load has no time limit of its own, and whoever waits for one would be waited for. */
  #within(graceMs: number, stopped: Promise<void>): void {
    this.#init.repository.stopLoading()
    const late = setTimeout(endAtOnce, graceMs + EXIT_MARGIN_MS)
    this.#end(stopped, late).catch((error: unknown) => {
      this.#init.logger.fatal({ err: error }, 'could not stop in order')
      process.exit(1)
    })
  }

  async #end(stopped: Promise<void>, late: NodeJS.Timeout): Promise<void> {
    const { server, repository, logger, link, rollouts } = this.#init
    await stopped
    await Promise.all([this.#init.tracker()?.end('FINISHED'), rollouts?.end(ROLLOUTS_END_MS)])
    await repository.close()
    clearTimeout(late)
    if (link === undefined) logger.info('stopped')
    if (server.hasStuck === true || repository.hasStuckWorkers()) endAtOnce()
    process.exit(0)
  }
}
