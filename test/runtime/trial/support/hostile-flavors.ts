import { readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { invalidModel } from '../../../../src/core/errors.ts'
import type { Flavor } from '../../../../src/flavors/flavor.ts'
import type { MlModel } from '../../../../src/flavors/mlmodel.ts'
import { DoublingPredictor } from '../../fakes/flavor-table.ts'

/** A flavor table: whatever the flavor is called, it is the doubling model, and does harm as its MLmodel entry says. */
export interface HostileConfig {
  readonly on?: 'prepare' | 'load' | 'run'
  readonly harm?: keyof typeof HARMS
}

/** URL of this module, for repositories. */
export const HOSTILE_FLAVORS = import.meta.url

const HARMS = {
  segmentationFault: () => process.kill(process.pid, 'SIGSEGV'),
  killedBySystem: () => process.kill(process.pid, 'SIGKILL'),
  exit: () => process.exit(3),
  hang: () => {
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
  neverSettle: () => sleep(2 ** 31 - 1),
  chatter: () => {
    for (let line = 0; line < 100; line++) console.error(`line ${line} of \u001b[31mmany`)
    process.kill(process.pid, 'SIGSEGV')
  },
  exhaustHeap: () => {
    const kept: unknown[] = []
    for (;;) kept.push(new Array(10_000).fill({}))
  },
  tell: () => {
    const variables = Object.keys(process.env).sort().join(' ')
    throw invalidModel(`policy ${schedulingPolicy()}, niceness ${getPriority()}, variables ${variables}`)
  },
} as const satisfies Record<string, () => unknown>

/** Of the calling thread, by its number in sched(7): the 41st field of proc_pid_stat(5), of which the second ends with a bracket. */
function schedulingPolicy(): number {
  return Number(readFileSync('/proc/thread-self/stat', 'utf8').split(') ').at(-1)?.split(' ')[38])
}

export function flavorFor(_model: Pick<MlModel, 'flavor'>): Flavor {
  return {
    name: 'hostile',
    prepare: async (model) => {
      await harm(model, 'prepare')
      return { ...model, traits: { unboundedRun: false, weightBytes: 0 }, engine: { name: 'onnxruntime' } }
    },
    load: async (model) => {
      await harm(model, 'load')
      return new HostilePredictor(model)
    },
    dataFiles: async () => [],
  }
}

class HostilePredictor extends DoublingPredictor {
  readonly #model: MlModel

  constructor(model: MlModel) {
    super()
    this.#model = model
  }

  override async predict(...args: Parameters<DoublingPredictor['predict']>) {
    await harm(this.#model, 'run')
    return super.predict(...args)
  }
}

async function harm({ flavorConfig }: MlModel, now: HostileConfig['on']): Promise<void> {
  const config = flavorConfig as HostileConfig
  if (config.on === now && config.harm !== undefined) await HARMS[config.harm]()
}
