import { BODY, LISTS, SKELETON } from './layout'
import { skeletonEnd } from './skeleton'

// What ../wasm-scan.ts calls, and where it finds things.
export { rememberSkeleton } from './known-skeletons'
export { valuesAt } from './layout'
export { countLists } from './list-records'
export { scan } from './scan'

export function bodyAt(): usize {
  return BODY
}

export function listsAt(): usize {
  return LISTS
}

export function skeletonAt(): usize {
  return SKELETON
}

export function skeletonLength(): usize {
  return skeletonEnd - SKELETON
}
