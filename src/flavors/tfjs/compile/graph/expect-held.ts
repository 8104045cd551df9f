import { elementsOfRow, MAX_ELEMENTS } from '../../artifacts/row-elements.ts'
import { TooLarge } from '../not-compiled.ts'
import type { Shape } from './value.ts'

/** @throws TooLarge where not even one row could be held. */
export function expectHeld(shape: Shape): void {
  if (elementsOfRow(shape) <= MAX_ELEMENTS) return
  const dims = shape.map((dim) => dim ?? '?').join(', ')
  throw new TooLarge(`a result of [${dims}], where ${MAX_ELEMENTS} elements a row are the most`)
}
