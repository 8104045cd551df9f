import { ServingError } from '../../../core/errors.ts'
import type { NumberList } from '../../json-numbers/number-list.ts'
import { numberScanner } from '../../json-numbers/number-scanner.ts'
import type { Patience } from '../../json-numbers/patience.ts'
import type { Skeleton } from '../../json-numbers/skeleton.ts'
import type { GivenRequest } from '../given-request.ts'
import { InferPlan } from './infer-plan.ts'
import { DigitsLost } from './json-document.ts'
import { areReadAlike } from './scanned-elements.ts'

/** Of all models: a request is not yet bound to one. */
const plans = new WeakMap<Skeleton, InferPlan | 'none'>()

/** Reads a request whose inputs are numbers; undefined where the general path must read it, errors included. */
export function readScannedBody(body: Uint8Array, patience: Patience): GivenRequest | undefined {
  const scanner = numberScanner()
  const scanned = scanner.scan(body, patience)
  if (scanned === undefined) return undefined
  const { skeleton } = scanned
  const plan = plans.get(skeleton) ?? compiled(skeleton)
  if (plan === 'none' || !areReadAlike(traitsOf(scanned.lists))) return undefined
  return declined(() => plan.read(scanned, scanner))
}

function compiled(skeleton: Skeleton): InferPlan | 'none' {
  const plan = declined(() => InferPlan.compile(skeleton.value)) ?? 'none'
  plans.set(skeleton, plan)
  return plan
}

/** What is refused here is refused in better words by the general path. */
function declined<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ServingError || error instanceof DigitsLost) return undefined
    throw error
  }
}

function traitsOf(lists: readonly NumberList[]): number {
  let traits = 0
  for (const list of lists) traits |= list.traits
  return traits
}
