import type { ServedModel } from '../../runtime/served-model.ts'
import type { ExchangeRegistry } from '../exchange-registry.ts'
import type { ServedModels } from '../server-options.ts'

/** Whether the server is to be sent requests: all of its models are there, and it is not on its way out. */
export function isServerReady(models: ServedModels, registry: ExchangeRegistry): boolean {
  return !registry.draining && models.ready()
}

/** Whether a model answers: it takes requests, and has threads to run them in. */
export function isModelReady(model: ServedModel): boolean {
  if (model.admission.stopped) return false
  return model.placement === 'inline' || model.stats().workers > 0
}
