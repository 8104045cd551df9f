import { invalidModel, type ServingError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import type { LayerEntry } from './layer-entry.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * Checks which results the layers of a network are called with, and which ones it takes and gives. TF.js looks for them in
 * maps and lists without asking whether they are there, in rounds that would not end.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function checkLayerCalls({ className, config }: LayerEntry): void {
  if (className !== 'Model' && className !== 'Functional') return
  const list = Array.isArray(config['layers']) ? config['layers'].filter(isRecord) : []
  const layers = new Map(list.map((layer) => [nameOf(layer), layer]))
  for (const [name, layer] of layers) {
    if (name in Object.prototype) throw broken(name, 'has a name that TF.js has for other things')
    for (const call of listOf(layer['inbound_nodes'])) {
      for (const reference of listOf(call)) checkReference(layers, name, reference)
    }
  }
  for (const key of ['input_layers', 'output_layers']) {
    const ends = listOf(config[key])
    const name = String(config['name'] ?? '')
    if (ends.length === 0) throw broken(name, `is a network with no ${key}`)
    for (const end of ends) checkReference(layers, name, end)
  }
}

/** Of anything else than `[layer, call, result, …]` TF.js says itself what it is. */
function checkReference(layers: ReadonlyMap<string, Json>, name: string, reference: unknown): void {
  if (!Array.isArray(reference)) return
  const [from, call = 0, result = 0] = reference as readonly unknown[]
  if (typeof from !== 'string') return
  const layer = layers.get(from)
  if (layer === undefined) throw broken(name, `takes '${from}', a layer which does not exist`)
  if (!isBelow(call, callsOf(layer)))
    throw broken(name, `takes call ${String(call)} of '${from}', which does not exist`)
  if (!isBelow(result, mostResults(layer)))
    throw broken(name, `takes result ${String(result)} of '${from}', which does not exist`)
}

function isBelow(index: unknown, count: number): boolean {
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count
}

/** A network was called once more when it was made. */
function callsOf(layer: Json): number {
  const calls = Math.max(1, listOf(layer['inbound_nodes']).length)
  return 'layers' in configOf(layer) ? calls + 1 : calls
}

/** How many results a layer may have: those with states, and networks, have several. */
function mostResults(layer: Json): number {
  const config = configOf(layer)
  const inner = isRecord(config['layer']) ? configOf(config['layer']) : {}
  if (config['return_state'] === true || inner['return_state'] === true) return Number.POSITIVE_INFINITY
  return Math.max(1, listOf(config['output_layers']).length)
}

function configOf({ config }: Json): Json {
  return isRecord(config) ? config : {}
}

/** As TF.js names it in its maps. */
function nameOf(layer: Json): string {
  return String(layer['name'] ?? configOf(layer)['name'] ?? '')
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function broken(layer: string, what: string): ServingError {
  return invalidModel(`Layer '${layer}' ${what}. The model.json is damaged: convert the model again.`, {
    details: { layer },
  })
}
