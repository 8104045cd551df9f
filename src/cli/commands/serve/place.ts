import type { SupervisorLink } from '../../../supervisor/supervisor-link.ts'
import type { ListenerData } from '../../listener-data.ts'

/** Where a server stands among others that serve the same. */
export type Place =
  /** It is all there is, unless it turns out that listeners join it. */
  | { readonly kind: 'alone'; readonly link: undefined }
  /** One of several processes: connections come from the supervisor. */
  | { readonly kind: 'process'; readonly link: SupervisorLink }
  /** A thread beside the first listener: its connections come in at the same port. */
  | { readonly kind: 'listener'; readonly link: SupervisorLink; readonly data: ListenerData }

/** On every line of the log. */
export function fieldsOf(place: Place): Readonly<Record<string, number>> {
  if (place.kind === 'process') return { process: place.link.number }
  return place.kind === 'listener' ? { listener: place.data.number } : {}
}
