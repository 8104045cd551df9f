import { BODY, LISTS, SKELETON } from './layout'
import { listCount } from './list-records'
import { skeletonEnd } from './skeleton'

// What ../wasm-scan.ts calls, and where it finds things.
export { rememberSkeleton } from './known-skeletons'
export { valuesAt } from './layout'
export { scan } from './scan'

export function bodyAt(): usize {
  return BODY
}

export function listsAt(): usize {
  return LISTS
}

export function countLists(): u32 {
  return listCount
}

export function skeletonAt(): usize {
  return SKELETON
}

export function skeletonLength(): usize {
  return skeletonEnd - SKELETON
}
