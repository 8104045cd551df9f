/** Why the requests of a model are not batched, in words for its user. */
export class NotBatched extends Error {
  override readonly name = 'NotBatched'
}

/** The model is being unloaded: nothing is left to find out. */
export class TuningStopped extends Error {
  override readonly name = 'TuningStopped'
}
