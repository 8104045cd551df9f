import type { ModelRepository } from '../../../runtime/model-repository.ts'
import type { RunningServer } from '../../../server/listen.ts'
import type { SupervisorLink } from '../../../supervisor/supervisor-link.ts'

interface ListenerEndingInit {
  readonly server: RunningServer
  readonly repository: ModelRepository
  readonly link: SupervisorLink
}

/** How the thread of a listener ends, which never ends the process. */
export class ListenerEnding {
  readonly #init: ListenerEndingInit

  constructor(init: ListenerEndingInit) {
    this.#init = init
  }

  /** Accepts nothing more, answers what is under way, and ends the thread. May come again, with less time. */
  finish(graceMs: number): void {
    const { server, repository } = this.#init
    repository.stopLoading()
    void server.stop({ graceMs }).then(() => this.#end())
  }

  /** Only the end of the process helps. */
  exhausted(reason: string): void {
    this.#init.link.exhausted(reason)
  }

  async #end(): Promise<void> {
    const { repository, link } = this.#init
    await repository.close()
    const isStuck = repository.hasStuckWorkers()
    link.ended(isStuck)
    // The end of a thread waits for the native runs of its own threads.
    if (!isStuck) process.exit(0)
  }
}
