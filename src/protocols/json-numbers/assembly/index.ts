import { BODY, LISTS, SKELETON } from './layout'
import { idEnd, idStart } from './request-id'
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

/** 0 for a body of which no id was taken out. */
export function idAt(): usize {
  return idStart
}

export function idLength(): usize {
  return idEnd - idStart
}

export function skeletonAt(): usize {
  return SKELETON
}

export function skeletonLength(): usize {
  return skeletonEnd - SKELETON
}
