import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** `last-resort` also gives the freed pages back to the system, which else stay with the heap; it takes several times as long. */
export type CollectionFlavor = 'regular' | 'last-resort'

interface CollectionOptions {
  readonly type: 'major'
  readonly execution: 'sync'
  readonly flavor: CollectionFlavor
}

let gc: ((options: CollectionOptions) => void) | undefined

/** Collects what has become garbage in the heap of the calling thread, at once. */
export function collectGarbage(flavor: CollectionFlavor): void {
  gc ??= collectorOfV8()
  gc?.({ type: 'major', execution: 'sync', flavor })
}

/** V8 gives it to contexts that are made while its flag is set; undefined where it does not. */
function collectorOfV8(): typeof gc {
  setFlagsFromString('--expose-gc')
  return runInNewContext('globalThis.gc')
}
