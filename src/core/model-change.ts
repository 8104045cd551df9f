/** What is to be done with the models of a server while it runs, in each of its processes. */
export type ModelChange =
  | {
      readonly kind: 'load'
      readonly name: string
      /** Where its files are; where it came from before, unless given. */
      readonly uri?: string
      /** All its versions, as one process has prepared them: plain data that the others understand. */
      readonly plans?: readonly unknown[]
    }
  | { readonly kind: 'unload'; readonly name: string }

/** What a server has, or had, under one name; plain data that its processes understand. */
export interface NamedModels {
  readonly name: string
  readonly plans: readonly unknown[]
  readonly loaded: boolean
}

/** A change that is ready to be made. One of the two is called, once. */
export interface PreparedChange {
  /** By which other processes make the same change. */
  readonly plans?: readonly unknown[]
  commit(): Promise<void>
  discard(): Promise<void>
}
