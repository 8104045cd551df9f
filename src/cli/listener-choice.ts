import type { Resources } from '../runtime/cores.ts'
import type { ServedModel } from '../runtime/served-model.ts'

/** How many listeners a server has, and why, in words. */
export interface ListenerChoice {
  readonly listeners: number
  readonly reason: string
}

export interface ListenerQuestion {
  /** As the user has it. */
  readonly asked: 'auto' | number
  readonly models: readonly Pick<ServedModel, 'name' | 'placement' | 'mlmodel'>[]
  readonly resources: Resources
  /** Several threads may listen at one port. */
  readonly sharesPorts: boolean
}

/** What a listener takes beside its copies of the models, in bytes: heap, code and buffers of a thread that serves. */
const LISTENER_BYTES = 64 * 1024 * 1024
/** What a model takes beside its weights, in bytes: its session, its codec and its batcher. Small models: 0.4 to 0.9 MB. */
const MODEL_BYTES = 1024 * 1024
/** An engine keeps a model's weights as they are in the file, and some of them once more as its kernels want them. */
const COPIES_OF_WEIGHTS = 2

/** Node's `reusePort` spreads connections there; elsewhere it does not exist, or gives all to one. */
export function sharesPorts(): boolean {
  return process.platform === 'linux'
}

/** One for each core where the time is in the thread that reads the request, one where it is in others. */
export function chooseListeners({ asked, models, resources, sharesPorts }: ListenerQuestion): ListenerChoice {
  if (asked !== 'auto') return { listeners: asked, reason: 'as --listeners says' }
  const one = (reason: string): ListenerChoice => ({ listeners: 1, reason })
  if (resources.cores === 1) return one('there is one core')
  if (!sharesPorts) return one('this system does not spread a port over threads')
  if (models.length === 0) return one('no model is loaded')
  const pooled = models.find(({ placement }) => placement === 'pool')
  if (pooled !== undefined) return one(`the model '${pooled.name}' runs in a pool of threads`)
  const room = roomFor(models, resources.memoryBytes)
  if (room < resources.cores) {
    return { listeners: room, reason: 'half of the memory has no room for more copies of the models' }
  }
  const who = models.length === 1 ? 'the model runs' : 'all models run'
  return { listeners: resources.cores, reason: `${who} inline, and there are ${resources.cores} cores` }
}

function roomFor(models: ListenerQuestion['models'], memoryBytes: number): number {
  let bytes = LISTENER_BYTES
  for (const { mlmodel } of models) bytes += MODEL_BYTES + COPIES_OF_WEIGHTS * mlmodel.traits.weightBytes
  return Math.max(1, Math.floor(memoryBytes / 2 / bytes))
}
