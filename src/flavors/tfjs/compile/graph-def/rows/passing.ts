import { cast } from '../../operators/cast.ts'
import type { GraphRow } from '../graph-row.ts'
import { foldedCast } from './fold.ts'

export const PASSING: readonly GraphRow[] = [
  {
    names: [
      'Identity',
      'StopGradient',
      'Snapshot',
      'Print',
      'PlaceholderWithDefault',
      'FakeQuantWithMinMaxVars',
    ],
    semantics:
      'the operand as it is: TF.js prints and quantises nothing; a default where nobody feeds the node',
    operands: 1,
    read: (_, [x]) => x!,
  },
  {
    names: ['IdentityN'],
    semantics: 'TensorFlow IdentityN',
    operands: 1,
    read: (_, operands) => operands,
  },
  {
    names: ['Cast'],
    semantics:
      "TensorFlow Cast between TF.js's types: int64, int8 and uint8 are int32, double and half are float32",
    operands: 1,
    read: ({ attributes }, [x], graph) => {
      const type = attributes.type('DstT')
      if (x!.type === type) return x!
      return foldedCast(x!, type, graph) ?? graph.add(cast, [x!], { type })
    },
  },
]
