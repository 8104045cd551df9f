import {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  notEqual,
} from '../../operators/comparison.ts'
import { select } from '../../operators/select.ts'
import { logicalNot } from '../../operators/unary.ts'
import type { GraphRow } from '../graph-row.ts'
import { simpleRow } from './simple-row.ts'

export const COMPARISONS: readonly GraphRow[] = [
  simpleRow('Equal', equal, 2),
  simpleRow('NotEqual', notEqual, 2),
  simpleRow('Greater', greater, 2),
  simpleRow('GreaterEqual', greaterEqual, 2),
  simpleRow('Less', less, 2),
  simpleRow('LessEqual', lessEqual, 2),
  simpleRow('LogicalAnd', logicalAnd, 2),
  simpleRow('LogicalOr', logicalOr, 2),
  simpleRow('LogicalNot', logicalNot, 1),
  // TF.js broadcasts the condition of the older one as well.
  simpleRow(['Select', 'SelectV2'], select, 3),
]
