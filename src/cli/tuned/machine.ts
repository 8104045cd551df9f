import { cpus } from 'node:os'
import { availableResources } from '../../runtime/cores.ts'

/** On what settings were measured. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGb: number
}

/** As far as this process may use it. */
export function thisMachine(): Machine {
  const { cores, memoryBytes } = availableResources()
  const processor = cpus()[0]?.model.trim() || process.arch
  return { processor, cores, memoryGb: Math.round(memoryBytes / 1e9) }
}
