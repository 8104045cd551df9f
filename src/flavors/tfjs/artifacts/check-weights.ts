import { invalidModel } from '../../../core/errors.ts'
import type { Shard } from './shards.ts'
import { layOutWeights, type WeightPlace, weightBytes } from './weight-layout.ts'
import type { WeightGroup } from './weight-specs.ts'

const ADVICE = 'Copy all files of the model again, model.json and shards of one conversion.'

/**
 * Compares the sizes of files with what the manifest describes, before any of it is read or allocated. How long texts
 * are is only known afterwards.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function checkShardSizes(groups: readonly WeightGroup[], shards: readonly Shard[]): void {
  const specs = groups.flatMap((group) => group.specs)
  const expected = specs.reduce((sum, spec) => sum + weightBytes(spec), 0)
  const found = shards.reduce((sum, { bytes }) => sum + bytes, 0)
  const hasTexts = specs.some(({ dtype }) => dtype === 'string')
  if (found === expected || (found > expected && hasTexts)) return
  const suspect = describeSuspect(groups, shards)
  const sizes = `The shards of the model hold ${found} bytes, and its weights take ${hasTexts ? 'at least ' : ''}${expected}`
  const cut = found < expected ? `: ${describeFirstCut(groups, found)}` : ''
  throw invalidModel(`${sizes}${cut}. ${suspect}${ADVICE}`, {
    details: { bytes: found, expectedBytes: expected },
  })
}

/** @throws ServingError INVALID_PARAMETER_VALUE where texts end elsewhere than the shards. */
export function checkTexts(groups: readonly WeightGroup[], data: ArrayBuffer): void {
  const specs = groups.flatMap((group) => group.specs)
  const places = layOutWeights(specs, data)
  const last = places.at(-1)
  const end = last === undefined ? 0 : last.offset + last.bytes
  if (end === data.byteLength && places.length === specs.length) return
  const problem =
    last !== undefined && end > data.byteLength
      ? `${describe(last)} is cut off: it ends at byte ${end} or later`
      : `the weights end at byte ${end}`
  throw invalidModel(`The shards of the model hold ${data.byteLength} bytes, but ${problem}. ${ADVICE}`, {
    details: { bytes: data.byteLength, expectedBytes: end },
  })
}

function describeFirstCut(groups: readonly WeightGroup[], found: number): string {
  let offset = 0
  for (const spec of groups.flatMap(({ specs }) => specs)) {
    const bytes = weightBytes(spec)
    if (offset + bytes > found) return `${describe({ spec, offset, bytes })} is cut off`
    offset += bytes
  }
  return 'the last weights are missing'
}

function describe({ spec: { name, dtype, shape }, bytes }: WeightPlace): string {
  return `weight '${name}' (${dtype} [${shape.join(', ')}], ${bytes} bytes)`
}

/** Which file is likely the wrong one: of the first group with a wrong size the shard that is unlike the others. */
function describeSuspect(groups: readonly WeightGroup[], shards: readonly Shard[]): string {
  let first = 0
  for (const { paths, specs } of groups) {
    const own = shards.slice(first, first + paths.length)
    first += paths.length
    const expected = specs.reduce((sum, spec) => sum + weightBytes(spec), 0)
    const difference = own.reduce((sum, { bytes }) => sum + bytes, 0) - expected
    const suspect = difference < 0 ? cutShard(own) : own.at(-1)
    if (difference === 0 || suspect === undefined) continue
    const much = `${Math.abs(difference)} bytes too ${difference < 0 ? 'few' : 'many'}`
    return `Most likely '${suspect.name}' (${suspect.bytes} bytes) has ${much}. `
  }
  return ''
}

/** All shards of a group have one size, but for the last one, which may be smaller. */
function cutShard(shards: readonly Shard[]): Shard | undefined {
  const size = shards.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  return shards.find(({ bytes }) => bytes < size) ?? shards.at(-1)
}
