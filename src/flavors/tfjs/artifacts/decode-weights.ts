import { float16ToNumber } from '../../../protocols/mlflow-scoring/numpy/float16.ts'
import type { ConstantData } from './constant-data.ts'
import type { ModelArtifacts, WeightSpec, Weights } from './model-artifacts.ts'
import { layOutWeights, type WeightPlace } from './weight-layout.ts'

/**
 * The weights of a model by name, as tfjs-core 4.22 decodes them (`io.decodeWeights`). Each is decoded when it is asked
 * for, and not kept: a large model is not held twice. Those that are stored as they are used are not copied, so that
 * neither they nor the shards may be changed. Texts and complex numbers are left out.
 */
export function decodeWeights({
  weightSpecs,
  weightData,
}: Pick<ModelArtifacts, 'weightSpecs' | 'weightData'>): Weights {
  const places = layOutWeights(weightSpecs, weightData).filter(({ spec }) => isDecoded(spec))
  return new WeightMap(weightData, places)
}

function isDecoded({ dtype }: WeightSpec): boolean {
  return dtype !== 'string' && dtype !== 'complex64'
}

class WeightMap implements Weights {
  readonly #data: ArrayBuffer
  readonly #places: ReadonlyMap<string, WeightPlace>

  constructor(data: ArrayBuffer, places: readonly WeightPlace[]) {
    this.#data = data
    this.#places = new Map(places.map((place) => [place.spec.name, place]))
  }

  get size(): number {
    return this.#places.size
  }

  has(name: string): boolean {
    return this.#places.has(name)
  }

  get(name: string): ConstantData | undefined {
    const place = this.#places.get(name)
    return place === undefined ? undefined : decode(this.#data, place)
  }

  keys(): MapIterator<string> {
    return this.#places.keys()
  }

  *values(): MapIterator<ConstantData> {
    for (const place of this.#places.values()) yield decode(this.#data, place)
  }

  *entries(): MapIterator<[string, ConstantData]> {
    for (const [name, place] of this.#places) yield [name, decode(this.#data, place)]
  }

  [Symbol.iterator](): MapIterator<[string, ConstantData]> {
    return this.entries()
  }

  forEach(visit: (value: ConstantData, name: string, map: Weights) => void): void {
    for (const [name, value] of this) visit(value, name, this)
  }
}

function decode(data: ArrayBuffer, { spec, offset, bytes }: WeightPlace): ConstantData {
  const { shape, dtype, quantization } = spec
  const stored = storedBytes(data, offset, bytes)
  if (dtype === 'bool') return { type: 'bool', shape, data: stored }
  if (dtype === 'int32') {
    const integers =
      quantization === undefined ? elementsOf(stored, Int32Array) : wholeNumbers(stored, quantization)
    return { type: 'int32', shape, data: integers }
  }
  const values = quantization === undefined ? elementsOf(stored, Float32Array) : floats(stored, quantization)
  return { type: 'float32', shape, data: values }
}

/** Copied where they begin elsewhere than a typed array of elements can; a large model's weights rarely do. */
function storedBytes(data: ArrayBuffer, offset: number, bytes: number): Uint8Array<ArrayBuffer> {
  const isAligned = offset % Float32Array.BYTES_PER_ELEMENT === 0
  return isAligned ? new Uint8Array(data, offset, bytes) : new Uint8Array(data.slice(offset, offset + bytes))
}

interface ElementsOf<Elements> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer, offset: number, length: number): Elements
}

function elementsOf<Elements>(
  { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>,
  Type: ElementsOf<Elements>,
): Elements {
  return new Type(buffer, byteOffset, byteLength / Type.BYTES_PER_ELEMENT)
}

type Quantization = NonNullable<WeightSpec['quantization']>

function floats(stored: Uint8Array<ArrayBuffer>, { dtype, scale = 1, min = 0 }: Quantization): Float32Array {
  if (dtype === 'float16') return fromFloat16(elementsOf(stored, Uint16Array))
  const steps = stepsOf(stored, dtype)
  const values = new Float32Array(steps.length)
  for (let i = 0; i < steps.length; i++) values[i] = steps[i]! * scale + min
  return values
}

function wholeNumbers(
  stored: Uint8Array<ArrayBuffer>,
  { dtype, scale = 1, min = 0 }: Quantization,
): Int32Array {
  const steps = stepsOf(stored, dtype)
  const values = new Int32Array(steps.length)
  for (let i = 0; i < steps.length; i++) values[i] = Math.round(steps[i]! * scale + min)
  return values
}

function stepsOf(stored: Uint8Array<ArrayBuffer>, dtype: Quantization['dtype']): Uint8Array | Uint16Array {
  return dtype === 'uint8' ? stored : elementsOf(stored, Uint16Array)
}

let float16Values: Float32Array | undefined

/** By a table of all 65,536 values: Node has `Float16Array` from version 24 on only. */
function fromFloat16(halves: Uint16Array): Float32Array {
  float16Values ??= Float32Array.from({ length: 65536 }, (_, half) => float16ToNumber(half))
  const values = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) values[i] = float16Values[halves[i]!]!
  return values
}
