import { NotCompiled } from '../../not-compiled.ts'
import { firstMask, type LayerRow, layerRow } from '../layer-row.ts'
import { rowsAsSteps, stepsAsRows } from './shapes.ts'

export const WRAPPERS: readonly LayerRow[] = [
  layerRow({
    className: 'TimeDistributed',
    semantics: 'tfjs-layers layers/wrappers.ts TimeDistributed',
    mask: firstMask,
    call: ({ graph, config, inputs, callInner }) => {
      const x = inputs[0]!
      if (x.shape.length < 3) throw new NotCompiled(`an input of ${x.shape.length} dimensions`)
      const results = callInner(config.layer('layer'), [{ value: stepsAsRows(graph, x), mask: undefined }])
      if (results.length !== 1) throw new NotCompiled(`an inner layer with ${results.length} results`)
      return rowsAsSteps(graph, results[0]!.value, x)
    },
  }),
]
