import { invalidModel } from '../core/errors.ts'
import type * as table from './flavor-table.ts'

/** As in every Headrace: what a model is is not up to the image. */
export const FLAVOR_NAMES: typeof table.FLAVOR_NAMES = ['onnx', 'tfjs']

export const flavorFor: typeof table.flavorFor = async ({ flavor }) => {
  if (flavor === 'tfjs') return (await import('./tfjs/tfjs-flavor.ts')).flavor
  throw invalidModel(
    `This image was built for a model that TF.js runs, and has no engine for the flavor '${flavor}': build an image of ` +
      'this model (headrace build-image).',
  )
}
