import { availableParallelism, cpus, hostname, release, totalmem, type } from 'node:os'
import { bytesText } from '../../page/number-texts.ts'

/** On which something was measured: figures of another one are not to be compared with it. */
export interface Machine {
  readonly name: string
  readonly processor: string
  /** That this process may use. */
  readonly cores: number
  /** In bytes. */
  readonly memory: number
  readonly system: string
  readonly node: string
}

export function thisMachine(): Machine {
  return {
    name: hostname(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
  }
}

/** In one line. */
export function machineText({ processor, cores, memory, system, node }: Machine): string {
  return `${cores === 1 ? 'one core' : `${cores} cores`} of ${processor}, ${bytesText(memory)}, ${system}, Node.js ${node}`
}
