import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { HeadraceProcess } from '../../e2e/support/headrace-process.ts'
import { Client } from '../../protocol/concurrent/support/client.ts'
import type { RecordedModel } from '../../protocol/concurrent/support/recorded-models.ts'

const PATIENCE_MS = 120_000

/** A real server of models under their names, and clients of it. */
export class ServedModels {
  readonly #folder = mkdtempSync(join(tmpdir(), 'headrace-recordings-'))
  readonly #process: HeadraceProcess
  #client: Client | undefined

  constructor(models: readonly RecordedModel[], flags: readonly string[]) {
    const uris = models.flatMap(({ name, folder }) => {
      symlinkSync(folder, join(this.#folder, name))
      return ['-m', join(this.#folder, name)]
    })
    this.#process = new HeadraceProcess({ args: ['serve', ...uris, '--port', '0', ...flags] })
  }

  async listening(connections: number): Promise<Client> {
    this.#client = new Client(await this.#process.listening(PATIENCE_MS), connections)
    return this.#client
  }

  /** Until every model is batched, or known not to be. @returns how many are. */
  async tuned(): Promise<number> {
    const until = performance.now() + PATIENCE_MS
    for (;;) {
      const figures = await this.#client!.get('/metrics')
      const states = figures.match(/headrace_model_batching_info\{.*state="\w+"/g) ?? []
      if (!states.some((line) => line.includes('"testing"'))) {
        return states.filter((line) => line.includes('state="on"')).length
      }
      if (performance.now() > until) throw new Error(`Still being tested:\n${states.join('\n')}`)
      await sleep(100)
    }
  }

  /** Runs that held several requests. */
  async batches(): Promise<number> {
    const figures = await this.#client!.get('/metrics')
    const counts = [...figures.matchAll(/^headrace_batches_total\{.*\} (\d+)$/gm)]
    return counts.reduce((sum, [, count]) => sum + Number(count), 0)
  }

  async end(): Promise<void> {
    await this.#client?.close()
    await this.#process.stop()
    rmSync(this.#folder, { recursive: true })
  }
}
