import { strippedElf } from '../elf/stripped-elf.ts'
import { fileEntry, keyOfEntries, sha256Of } from '../file-entries.ts'
import { NODE } from '../image-config-of.ts'
import type { LayerFile, LayerPlan } from '../layer-plan.ts'
import type { NodeProgram } from './node-program.ts'

/** The layer with Node, without the tables that only debuggers read: 15 of 125 MB. */
export async function planNode({ path, version, licence }: NodeProgram): Promise<LayerPlan> {
  const { size, open } = await strippedElf(path)
  const program: LayerFile = { kind: 'file', path: NODE.slice(1), mode: 0o755, size, open }
  const texts = licence === undefined ? [] : [await fileEntry('/usr/share/doc/node/LICENSE', licence)]
  const entries = [program, ...texts]
  const sha256 = await sha256Of(program)
  return {
    title: 'node',
    cacheKey: await keyOfEntries(entries, new Map([[program.path, sha256]])),
    compression: 'gzip',
    entries,
    packages: [
      {
        kind: 'platform',
        name: 'node',
        version,
        licence: 'MIT',
        purl: `pkg:generic/node@${version}`,
        sha256,
      },
    ],
  }
}
