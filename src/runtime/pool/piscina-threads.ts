import type { MessagePort, Worker } from 'node:worker_threads'
import { type Piscina, queueOptionsSymbol } from 'piscina'
import { TERMINATION_MS } from './lost-threads.ts'
import { settledWithin } from './settled-within.ts'
import { type Addressed, startPiscina, type ThreadLimits } from './start-piscina.ts'
import type { WorkerMessage, WorkerReply } from './worker-messages.ts'
import { WorkerTask } from './worker-task.ts'

/** For an engine that never comes back from giving up its model. */
const LONGEST_ENDING_MS = 5_000

/** The threads themselves: piscina starts and watches them, and carries the few messages by which they begin and end. */
export class PiscinaThreads {
  readonly #piscina: Piscina<Addressed<WorkerMessage>, WorkerReply>
  /** Those that have answered, and so hear what they are told. */
  readonly #listening = new Set<number>()

  /** @param onEnded called soon after one has ended, for whatever reason. */
  constructor(limits: ThreadLimits, onEnded: () => void) {
    this.#piscina = startPiscina(limits)
    this.#piscina.on('workerDestroy', ({ id }: { readonly id: number }) => {
      this.#listening.delete(id)
      queueMicrotask(onEnded)
    })
    // A worker that dies while idle is reported here too; `workerDestroy` is what counts.
    this.#piscina.on('error', () => {})
  }

  get ids(): number[] {
    return this.#piscina.threads.map(({ threadId }) => threadId)
  }

  find(id: number): Worker | undefined {
    return this.#piscina.threads.find(({ threadId }) => threadId === id)
  }

  async post(
    message: WorkerMessage,
    task: WorkerTask,
    transferList: MessagePort[] = [],
  ): Promise<WorkerReply> {
    const addressed = { ...message, [queueOptionsSymbol]: task }
    const reply = await this.#piscina.run(addressed, { signal: task, transferList })
    if (task.workerId !== undefined) this.#listening.add(task.workerId)
    return reply
  }

  /** Ends one at once, whatever it is at. */
  terminate(id: number): void {
    // Taking back a task that runs is piscina's way to end the thread it runs on.
    const task = WorkerTask.forWorker(id)
    this.post({ kind: 'start' }, task).catch(() => {})
    task.abort()
  }

  /**
   * Ends all of them. Those that listen end by themselves: a thread that is ended from outside is cut off wherever it is, and
   * leaves its engine's session to the destructors of a dying thread. The others, and those that do not end, are cut off.
   * @param isBusy whether a thread is inside a run.
   * @returns those that live on, inside a native run.
   */
  async end(isBusy: (id: number) => boolean): Promise<Worker[]> {
    const left = new Set(this.#piscina.threads)
    for (const worker of left) worker.once('exit', () => left.delete(worker))
    const asked = [...left].filter(({ threadId }) => this.#listening.has(threadId) && !isBusy(threadId))
    await settledWithin(Promise.all(asked.map((worker) => this.#ask(worker))), LONGEST_ENDING_MS)
    await settledWithin(this.#piscina.destroy(), TERMINATION_MS)
    return [...left]
  }

  /** Tells a thread to end, and waits until it has. */
  #ask(worker: Worker): Promise<void> {
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    this.post({ kind: 'end' }, WorkerTask.forWorker(worker.threadId)).catch(() => {})
    return ended
  }
}
